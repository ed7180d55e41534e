// sse-mcp/jsonrpc, as the server uses it: depth and shape are checked, an error would be answered.
import { answerAll, dispatch, encodeResponse, parseJson } from '../../dist/jsonrpc/index.js'
import { beSubject, echo } from '../lib/subject.mjs'

const methods = new Map([['tools/call', echo]])
const onUnexpected = (error) => {
  throw error
}
const answer = (message) => dispatch(methods, message, undefined, onUnexpected)

await beSubject(async (text) => encodeResponse(await answerAll(parseJson(text), answer), onUnexpected))
