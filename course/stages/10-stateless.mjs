// Stage 10: no sessions, 2026-07-28.
import { CLIENT } from './sse-client.mjs'
import { callOf } from './6-tool.mjs'
import { say } from '../say.mjs'

const META = 'io.modelcontextprotocol/'
export const VERSION = '2026-07-28'

/** A request that says all that is needed to answer it, and the headers that repeat it. */
export function stateless(method, params = {}, version = VERSION) {
  const _meta = {
    [`${META}protocolVersion`]: version,
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: CLIENT,
  }
  return {
    message: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: {
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': version,
      'Mcp-Method': method,
      ...((params.name ?? params.uri) && { 'Mcp-Name': params.name ?? params.uri }),
    },
  }
}

/** Sends one, and wants an answer with this status: JSON, or an event stream that has nothing else. */
async function ask(talk, target, { message, headers }, status = 200) {
  const response = await talk.post(target.mcp, message, headers)
  talk.want(response.status === status, String(status))
  talk.want(
    response.headers['mcp-session-id'] === undefined,
    say('no Mcp-Session-Id: there is no session', '没有 Mcp-Session-Id：没有会话'),
  )
  return response.type === 'text/event-stream' ? response.answer(message.id) : response.json()
}

function wantCode(talk, { error }, code) {
  talk.want(error?.code === code, `"error":{"code":${code},"message":"…"}`)
}

export const sessionless = {
  number: 10,
  title: { en: 'Stateless', zh: '无状态' },
  rule: 'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports',
  checks: [
    {
      en: 'server/discover says which versions there are, without a handshake',
      zh: 'server/discover 不用握手，就说出有哪些版本',
      must: 'Servers MUST implement server/discover.',
      section: 'https://modelcontextprotocol.io/specification/2026-07-28/server/discover',
      async run(talk, target) {
        const { result } = await ask(talk, target, stateless('server/discover'))
        talk.want(result?.supportedVersions?.includes(VERSION), `"supportedVersions":["${VERSION}"]`)
        talk.want(typeof result.capabilities === 'object', '"capabilities":{…}')
      },
    },
    {
      en: 'the first request may be any: tools/list, and a call',
      zh: '第一个请求是什么都行：tools/list，或者一次调用',
      needs: 'tools',
      must: 'Servers MUST NOT rely on prior requests over the same connection to establish context.',
      section: 'https://modelcontextprotocol.io/specification/2026-07-28/basic#statelessness',
      async run(talk, target) {
        const list = await ask(talk, target, stateless('tools/list'))
        talk.want(Array.isArray(list.result?.tools), '"result":{"tools":[…]}')
        const { result } = await ask(talk, target, stateless('tools/call', callOf(talk, target, list.result.tools)))
        talk.want(Array.isArray(result?.content), '"result":{"content":[…]}')
      },
    },
    {
      en: 'a result says that it is complete, and how long a list may be kept',
      zh: 'result 说明自己已经完整；列表还说明可以留多久',
      needs: 'tools',
      must: 'The result MUST include a resultType field to indicate the type of the result; lists say how long they may be kept.',
      section: 'https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses',
      async run(talk, target) {
        const { result } = await ask(talk, target, stateless('tools/list'))
        talk.want(result?.resultType === 'complete', '"resultType":"complete"')
        talk.want(Number.isInteger(result.ttlMs), '"ttlMs":0')
        talk.want(['private', 'public'].includes(result.cacheScope), '"cacheScope":"private"')
      },
    },
    {
      en: 'a header that does not repeat the body gets 400 and -32020',
      zh: 'HTTP 头和 body 说的不一样，得到 400 和 -32020',
      must: 'Servers that process the request body MUST reject requests where the values specified in the headers do not match the corresponding values in the request body.',
      section:
        'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation',
      async run(talk, target) {
        const name = target.call?.name ?? 'any-tool'
        const { message, headers } = stateless('tools/call', { name, arguments: {} })
        for (const wrong of [
          { 'MCP-Protocol-Version': '2025-11-25' },
          { 'Mcp-Method': 'tools/list' },
          { 'Mcp-Name': 'another-tool' },
        ]) {
          const answer = await ask(talk, target, { message, headers: { ...headers, ...wrong } }, 400)
          wantCode(talk, answer, -32020)
        }
      },
    },
    {
      en: 'an unknown version gets 400 and -32022, with the versions that there are',
      zh: '不认识的版本得到 400 和 -32022，还有现有的版本',
      must: 'If the server does not implement the requested protocol version, it MUST respond with 400 Bad Request and an UnsupportedProtocolVersionError listing its supported versions.',
      section:
        'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#protocol-version-header',
      async run(talk, target) {
        const answer = await ask(talk, target, stateless('tools/list', {}, '2099-01-01'), 400)
        wantCode(talk, answer, -32022)
        talk.want(answer.error.data?.supported?.includes(VERSION), `"data":{"supported":["${VERSION}"],…}`)
      },
    },
    {
      en: 'a request without capabilities gets 400 and -32602',
      zh: '请求没带 capabilities，得到 400 和 -32602',
      must: 'Every request carries its protocol version and the client’s capabilities in _meta; without them it MUST be refused: 400, -32602.',
      section: 'https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta',
      async run(talk, target) {
        const { message, headers } = stateless('tools/list')
        const { [`${META}clientCapabilities`]: _left, ..._meta } = message.params._meta
        const answer = await ask(talk, target, { message: { ...message, params: { _meta } }, headers }, 400)
        wantCode(talk, answer, -32602)
      },
    },
    {
      en: 'a method that is not there gets 404 and -32601, initialize among them',
      zh: '没有的方法得到 404 和 -32601，initialize 也算',
      must: 'If the server does not implement the requested RPC method, it MUST respond with 404 Not Found and a JSON-RPC error with code -32601.',
      section:
        'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#protocol-version-header',
      async run(talk, target) {
        for (const method of ['no/such/method', 'initialize'])
          wantCode(talk, await ask(talk, target, stateless(method), 404), -32601)
      },
    },
    {
      en: 'GET and DELETE are of the past: 405',
      zh: 'GET 和 DELETE 是过去的事：405',
      should: 'HTTP GET or DELETE to the MCP endpoint: respond with 405 Method Not Allowed.',
      section:
        'https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility',
      async run(talk, target) {
        for (const method of ['GET', 'DELETE']) {
          const headers = { Accept: 'text/event-stream', 'MCP-Protocol-Version': VERSION }
          const { status } = await talk.request(method, target.mcp, { headers })
          talk.want(status === 405, say(`405 for ${method}`, `${method} 应得到 405`))
        }
      },
    },
  ],
}
