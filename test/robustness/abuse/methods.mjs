// Methods that nobody has, and messages that want no answer (T-32, T-38).
import { notification, openSession, openSse, post, rpc } from './client.mjs'
import { expect, expectError, expectSame, expectStatus } from './expect.mjs'

const unknownMethods = [
  'foobar',
  '',
  'Ping',
  'ping ',
  'PING',
  'tools/List',
  'tools/list/',
  'tools',
  'tools/',
  '/tools/list',
  'tools.list',
  'tools%2Flist',
  'rpc.discover',
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'prototype',
  'length',
  'initialize\0',
  '../ping',
  '<img src=x onerror=alert(1)>',
  'tasks/list',
  'prompts/get',
  'x'.repeat(256),
]

const silent = [
  notification('notifications/abuse'),
  notification('notifications/initialized'),
  notification('notifications/progress', { progressToken: 'nobody', progress: 1 }),
  notification('notifications/progress', { progressToken: { a: 1 }, progress: 'x' }),
  notification('notifications/message', { level: 'x' }),
  notification('notifications/roots/list_changed'),
  notification('ping'),
  notification('tools/call', { name: '__proto__' }),
  notification('__proto__'),
  notification('tools/list', []),
  { jsonrpc: '2.0', id: 12_345, result: {} },
  { jsonrpc: '2.0', id: 'nobody', result: { a: 1 } },
  { jsonrpc: '2.0', id: '__proto__', result: {} },
  { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'rejected' } },
  { jsonrpc: '2.0', id: 1, error: { code: -32_603, message: 'x'.repeat(10_000), data: { __proto__: 1 } } },
]

const short = (text) => (text.length > 90 ? `${text.slice(0, 90)}…` : text)

export const cases = [
  ...unknownMethods.map((method) => [
    `T-32 unknown method ${JSON.stringify(short(method))}`,
    async (server) => {
      const error = expectError(await post(server, '/mcp', rpc(method), await openSession(server)), 200, -32_601, 1)
      expect(error.message.length < 300, 'a short text', error.message)
    },
  ]),
  ...['foobar', '__proto__', 'constructor', 'toString'].map((method) => [
    `T-32 unknown method ${method} over HTTP+SSE: 202, then the error on the stream`,
    async (server) => {
      const sse = await openSse(server)
      const { error, id } = await sse.call(rpc(method))
      expectSame([error?.code, id], [-32_601, 1])
      sse.destroy()
    },
  ]),
  ...[257, 5_000, 1_000_000].map((length) => [
    `T-32 a method of ${length} characters is refused without an echo`,
    async (server) => {
      const answer = await post(server, '/mcp', rpc('m'.repeat(length)), await openSession(server))
      expectError(answer, [200, 400], [-32_600, -32_601], 1)
      expect(answer.text.length < 500, 'a short text', answer.text)
    },
  ]),
  ...silent.map((message) => [
    `T-38 ${short(JSON.stringify(message))}: 202 and silence`,
    async (server) => {
      const answer = expectStatus(await post(server, '/mcp', message, await openSession(server)), 202)
      expectSame(answer.text, '', 'body')
      const sse = await openSse(server)
      expectStatus(await sse.post(message), 202)
      expectSame((await sse.call(rpc('ping', undefined, 'next'))).id, 'next', 'the first message')
      sse.destroy()
    },
  ]),
]
