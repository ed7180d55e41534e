// node course/05-the-handshake/see.mjs: an Inspector of April 2025 shakes hands with the solution of this lesson.
import { fileURLToPath } from 'node:url'
import { startServer } from '../stages/start.mjs'
import { Conversation } from '../stages/wire.mjs'

const MESSAGES = [
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{"sampling":{},"roots":{"listChanged":true}},"clientInfo":{"name":"mcp-inspector","version":"0.9.0"}}}',
  '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
]

const server = await startServer(fileURLToPath(new URL('solution.mjs', import.meta.url)))
const talk = new Conversation()
const say = (text) => console.log(text.replace(/[0-9a-f-]{36}/, 'SESSION'))

/** What came on the stream, as it stood there. */
const event = async () => {
  const { type, data } = await stream.event()
  say(`1 ~ event: ${type}\n1 ~ data: ${data}\n1 ~\n`)
  return data
}

say('1 > GET /sse')
const stream = await talk.request('GET', `${server.url}/sse`)
say(`1 < ${stream.status} ${stream.type}`)
const endpoint = await event()
for (const [at, body] of MESSAGES.entries()) {
  const connection = at + 2
  say(`${connection} > POST ${endpoint}  (${Buffer.byteLength(body)} bytes)\n${connection} > ${body}`)
  const response = await talk.post(new URL(endpoint, server.url), body)
  await response.end()
  say(`${connection} < ${response.status} ${response.body}\n`)
  if (body.includes('"id"')) await event()
}
talk.close()
await server.close()
