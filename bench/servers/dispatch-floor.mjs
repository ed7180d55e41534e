// Parse, look up, call, make into text. `await`, because a method may take its time.
import { beSubject, echo } from '../lib/subject.mjs'

const methods = new Map([['tools/call', echo]])

await beSubject(async (text) => {
  const { id, method, params } = JSON.parse(text)
  return JSON.stringify({ jsonrpc: '2.0', id, result: await methods.get(method)(params) })
})
