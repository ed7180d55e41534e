// Names that JavaScript's objects have already: data like any other, and nothing of ours is changed by them.
import {
  call,
  handshake,
  LATEST,
  META,
  modern,
  notification,
  openSession,
  post,
  request,
  rpc,
  TOOL,
} from './client.mjs'
import { expect, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'

const poison = '{"polluted":"yes","type":"topstories","amount":7,"isError":true,"jsonrpc":"2.0","default":7}'
const spellings = [
  ['__proto__', `"__proto__":${poison}`],
  ['constructor.prototype', `"constructor":{"prototype":${poison}}`],
  ['__proto__ twice', `"__proto__":{"__proto__":${poison}}`],
  ['__proto__ with escapes', `"\\u005f_proto__":${poison}`],
  ['toString', '"toString":1,"valueOf":1,"hasOwnProperty":1,"toJSON":1,"then":1'],
]

const withMembers = (message, place, members) => {
  const marked = structuredClone(message)
  let at = marked
  for (const name of place) at = at[name] ??= {}
  at['@'] = 0
  return JSON.stringify(marked).replace('"@":0', members)
}

const init = handshake(LATEST, 1)
const places = [
  ['the message', rpc('ping'), []],
  ['params', rpc('ping', {}), ['params']],
  ['_meta', rpc('ping', { _meta: {} }), ['params', '_meta']],
  ['arguments', call({ type: 'topstories', amount: 1 }), ['params', 'arguments']],
  ['params of a notification', notification('notifications/cancelled', {}), ['params']],
  ['the result of a stray answer', { jsonrpc: '2.0', id: 77, result: {} }, ['result']],
  ['initialize', init, ['params']],
  ['capabilities', init, ['params', 'capabilities']],
  ['clientInfo', init, ['params', 'clientInfo']],
]

/** What a poisoned prototype would change: the answer to a call without amount, and the list of tools. */
async function expectClean(server) {
  const session = await openSession(server)
  const { content, isError, polluted } = expectResult(
    await post(server, '/mcp', call({ type: 'topstories' }), session),
    1,
  )
  const stories = content.filter(({ text }) => text.startsWith('{')).length
  expectSame([stories, isError, polluted], [10, undefined, undefined], 'a clean call:')
  const misfit = expectResult(await post(server, '/mcp', call({}), session), 1)
  expect(misfit.isError === true, 'that type is still required', misfit)
  const list = await post(server, '/mcp', rpc('tools/list'), session)
  expect(!list.text.includes('polluted'), 'a clean list', list.text)
  expectSame(
    expectResult(list, 1).tools.map(({ name }) => name),
    [TOOL],
  )
  const health = await request(server, 'GET', '/health')
  expectSame(jsonOf(health), { status: 'ok' })
}

export const cases = [
  ...places.flatMap(([where, message, place]) =>
    spellings.map(([what, members]) => [
      `T-33 ${what} in ${where}`,
      async (server) => {
        const session = message.method === 'initialize' ? {} : await openSession(server)
        const answer = await post(server, '/mcp', withMembers(message, place, members), session)
        expectStatus(answer, 200, 202, 400)
        expect(!answer.text.includes('-32603') && !answer.text.includes('polluted'), 'no -32603, no echo', answer.text)
        if (where === 'arguments' && what !== 'toString')
          expect(jsonOf(answer).result?.isError === true, 'refused by the schema', answer.text)
        await expectClean(server)
      },
    ]),
  ),
  ...spellings.map(([what, members]) => [
    `T-33 ${what} in _meta without a session`,
    async (server) => {
      const { body, headers } = modern('tools/list')
      const answer = await post(server, '/mcp', withMembers(body, ['params', '_meta'], members), headers)
      expectResult(answer, 1)
      const capabilities = withMembers(body, ['params', '_meta', `${META}clientCapabilities`], members)
      expectResult(await post(server, '/mcp', capabilities, headers), 1)
      await expectClean(server)
    },
  ]),
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', '__defineGetter__'].map((name) => [
    `T-62 a header named ${name}`,
    async (server) => {
      for (const target of ['/health', '/', '/nothing', '/mcp'])
        expectStatus(
          await request(server, 'GET', target, { [name]: 'x', Accept: 'application/json', 'Mcp-Session-Id': 'x' }),
          200,
          404,
          406,
        )
      await expectClean(server)
    },
  ]),
  ...['__proto__', 'constructor', 'toString'].map((name) => [
    `T-32 ${name} as session, query, event id and version`,
    async (server) => {
      const session = await openSession(server)
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': name }), 404)
      expectStatus(await post(server, `/messages?${name}=x&sessionId=${name}`, rpc('ping')), 404)
      expectStatus(await request(server, 'GET', '/mcp', { ...session, 'Last-Event-ID': name }), 400)
      expectStatus(await post(server, '/mcp', rpc('ping'), { ...session, 'MCP-Protocol-Version': name }), 400)
      const params = { protocolVersion: name, capabilities: {}, clientInfo: { name, version: name } }
      expectSame(expectResult(await post(server, '/mcp', rpc('initialize', params)), 1).protocolVersion, LATEST)
    },
  ]),
]
