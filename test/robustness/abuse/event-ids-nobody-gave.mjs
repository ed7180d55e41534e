// Event ids that nobody gave, or where they mean nothing: they replay nothing (T-47).
import { call, modern, notification, openSession, openStream, post, request, rpc } from './client.mjs'
import { callByStream, resume } from './event-ids.mjs'
import { expectError, expectSame, expectStatus } from './expect.mjs'

const STREAM = { Accept: 'text/event-stream' }

const garbage = [
  '',
  'x',
  '0',
  '-1',
  '.',
  '..',
  '.0',
  '1.',
  '1.-1',
  '1.+1',
  '1.0x0',
  '1.1e1',
  '1.0.0',
  '1.NaN',
  '1.999999',
  '1.99999999999999999999',
  '99.0',
  '__proto__.0',
  'constructor.1',
  'toString',
  'get.999',
  '1.0, 1.0',
  '%31.0',
  '*',
  '../1.0',
  '<script>',
  '\u00e9',
  'x'.repeat(10_000),
  '1.'.repeat(5_000),
]

export const cases = [
  ...garbage.map((id) => [
    `T-47 Last-Event-ID: ${JSON.stringify(id.slice(0, 30))}${id.length > 30 ? '…' : ''} replays nothing`,
    async (server) => {
      const session = await openSession(server)
      await callByStream(server, session, 2)
      const { status, messages } = await resume(server, session, Buffer.from(id).toString('latin1'))
      expectSame(
        [status === 400 || (id === '' && status === 200), messages],
        [true, []],
        `400 and nothing; status ${status}:`,
      )
      expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
    },
  ]),
  [
    'T-47, T-42 without sessions there are no ids, and Last-Event-ID is not looked at',
    async (server) => {
      const { body, headers } = modern('tools/call', call({ type: 'topstories', amount: 1 }).params)
      const all = { ...headers, ...STREAM, 'Last-Event-ID': '1.0' }
      const stream = await openStream(server, 'POST', '/mcp', all, JSON.stringify(body))
      for (let block = await stream.block(); block; block = await stream.block()) expectSame(block.id, undefined, 'id')
      stream.destroy()
    },
  ],
  [
    'T-47 Last-Event-ID on a POST changes nothing',
    async (server) => {
      const session = await openSession(server)
      const { start } = await callByStream(server, session, 2)
      const answer = await post(server, '/mcp', rpc('ping'), { ...session, 'Last-Event-ID': start })
      expectSame(JSON.parse(answer.text), { jsonrpc: '2.0', id: 1, result: {} })
      expectStatus(
        await post(server, '/mcp', notification('notifications/x'), { ...session, 'Last-Event-ID': 'x' }),
        202,
      )
    },
  ],
  [
    'T-47 Last-Event-ID at HTTP+SSE opens a new session and replays nothing',
    async (server) => {
      const stream = await openStream(server, 'GET', '/sse', { ...STREAM, 'Last-Event-ID': '1.0' })
      expectSame((await stream.event()).event, 'endpoint', 'event')
      expectSame(await stream.messages(), [], 'messages')
      stream.destroy()
    },
  ],
  [
    'T-47 an unknown id is refused with a JSON-RPC error',
    async (server) => {
      const session = await openSession(server)
      expectError(await request(server, 'GET', '/mcp', { ...session, ...STREAM, 'Last-Event-ID': 'x' }), 400, -32_600)
    },
  ],
]
