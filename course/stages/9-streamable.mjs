// Stage 9: Streamable HTTP with sessions, 2025-03-26 to 2025-11-25.
import { CLIENT } from './sse-client.mjs'
import { callOf } from './6-tool.mjs'
import { say } from '../say.mjs'

export const BOTH = { Accept: 'application/json, text/event-stream' }

/** The answer in the response to a POST: its body is JSON, or an event stream that ends with it. */
export async function answerOf(talk, response, id) {
  talk.want(response.status === 200, '200')
  const isKnown = ['application/json', 'text/event-stream'].includes(response.type)
  talk.want(
    isKnown,
    say(
      'Content-Type: application/json, or text/event-stream',
      'Content-Type: application/json，或者 text/event-stream',
    ),
  )
  const message = response.type === 'application/json' ? await response.json() : await response.answer(id)
  talk.want(message.id === id, `"id":${JSON.stringify(id)}`)
  await response.end(say('the end of the response, after its answer', '答复之后，响应结束'))
  return message
}

/** A session, from the handshake on. */
export async function open(talk, target, protocolVersion = target.version ?? '2025-11-25') {
  const params = { protocolVersion, capabilities: {}, clientInfo: CLIENT }
  const response = await talk.post(target.mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, BOTH)
  const { result } = await answerOf(talk, response, 0)
  talk.want(result?.protocolVersion?.startsWith('2025-'), '"protocolVersion":"2025-…"')
  const id = response.headers['mcp-session-id']
  const session = {
    ...(id !== undefined && { 'Mcp-Session-Id': id }),
    'MCP-Protocol-Version': result.protocolVersion,
  }
  if (id !== undefined) talk.atEnd(() => talk.request('DELETE', target.mcp, { headers: session }))
  const post = (message, more = {}) => talk.post(target.mcp, message, { ...BOTH, ...session, ...more })
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  let last = 0
  async function call(method, params, more) {
    const request = { jsonrpc: '2.0', id: ++last, method, ...(params && { params }) }
    return answerOf(talk, await post(request, more), last)
  }
  return { id, session, result, post, call }
}

export const streamable = {
  number: 9,
  title: { en: 'Streamable HTTP', zh: 'Streamable HTTP' },
  rule: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http',
  checks: [
    {
      en: 'the answer to initialize is in the response to its POST',
      zh: 'initialize 的答复就在它自己那个 POST 的响应里',
      must: 'If the input is a JSON-RPC request, the server MUST either return text/event-stream or application/json.',
      async run(talk, target) {
        const { result } = await open(talk, target)
        talk.want(result.capabilities && result.serverInfo, '"capabilities":{…},"serverInfo":{…}')
      },
    },
    {
      en: 'a notification gets 202 without a body',
      zh: '通知得到 202，没有 body',
      must: 'If the server accepts the input, the server MUST return HTTP status code 202 Accepted with no body.',
      async run(talk, target) {
        const { post } = await open(talk, target)
        const response = await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
        talk.want(response.status === 202, '202')
        await response.end()
        talk.want(response.body === '', say('no body', '没有 body'))
      },
    },
    {
      en: 'a tool is listed and called within the session',
      zh: '在会话里列出工具，调用工具',
      needs: 'tools',
      must: 'Servers that support tools MUST declare the tools capability; tools/list and tools/call answer.',
      section: 'https://modelcontextprotocol.io/specification/2025-11-25/server/tools',
      async run(talk, target) {
        const { call } = await open(talk, target)
        const { result } = await call('tools/list')
        talk.want(Array.isArray(result?.tools), '"result":{"tools":[…]}')
        const answer = await call('tools/call', callOf(talk, target, result.tools))
        talk.want(Array.isArray(answer.result?.content), '"result":{"content":[…]}')
      },
    },
    {
      en: 'a request without its session gets 400, one of an unknown session 404',
      zh: '请求没带会话得到 400，会话不认识得到 404',
      should:
        'Servers that require a session ID SHOULD respond to requests without it with HTTP 400; to that of an ended session with 404.',
      section: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management',
      async run(talk, target) {
        const { id } = await open(talk, target)
        if (id === undefined)
          talk.skip(say('it gives no Mcp-Session-Id: it has no sessions', '它不给 Mcp-Session-Id：它没有会话'))
        const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
        const none = await talk.post(target.mcp, list, BOTH)
        talk.want(none.status === 400, say('400 without Mcp-Session-Id', '没带 Mcp-Session-Id，应得到 400'))
        const unknown = await talk.post(target.mcp, list, { ...BOTH, 'Mcp-Session-Id': 'never-given' })
        talk.want(unknown.status === 404, say('404 for an unknown Mcp-Session-Id', 'Mcp-Session-Id 不认识，应得到 404'))
      },
    },
    {
      en: 'who accepts neither JSON nor a stream gets 406',
      zh: 'JSON 和流都不接受，得到 406',
      async run(talk, target) {
        const { post } = await open(talk, target)
        const { status } = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { Accept: 'text/html' })
        talk.want(status === 406, say('406 for Accept: text/html', 'Accept: text/html 应得到 406'))
      },
    },
    {
      en: 'GET opens a stream of the session, or says 405',
      zh: 'GET 打开会话的流，或者回答 405',
      must: 'The server MUST either return Content-Type: text/event-stream in response to this HTTP GET, or else return HTTP 405.',
      section:
        'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server',
      async run(talk, target) {
        const { session } = await open(talk, target)
        const response = await talk.request('GET', target.mcp, { headers: { Accept: 'text/event-stream', ...session } })
        const isStream = response.status === 200 && response.type === 'text/event-stream'
        talk.want(
          isStream || response.status === 405,
          say('200, Content-Type: text/event-stream; or 405', '200、Content-Type: text/event-stream，或者 405'),
        )
      },
    },
    {
      en: 'DELETE ends the session, or says 405',
      zh: 'DELETE 结束会话，或者回答 405',
      must: 'The server MAY terminate the session, after which it MUST respond to requests containing that session ID with HTTP 404.',
      section: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management',
      async run(talk, target) {
        const { id, session, post } = await open(talk, target)
        if (id === undefined)
          talk.skip(say('it gives no Mcp-Session-Id: it has no sessions', '它不给 Mcp-Session-Id：它没有会话'))
        const { status } = await talk.request('DELETE', target.mcp, { headers: session })
        if (status === 405) return
        talk.want(status >= 200 && status < 300, say('200 or 204', '200 或 204'))
        const after = await post({ jsonrpc: '2.0', id: 1, method: 'ping' })
        talk.want(after.status === 404, say('404 for the session that has ended', '会话已经结束，应得到 404'))
      },
    },
    {
      en: 'the page of a stranger is refused: 403',
      zh: '陌生网页发来的请求得到 403',
      async run(talk, target) {
        const { post } = await open(talk, target)
        const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
        const { status } = await post(ping, { Origin: 'http://stranger.example' })
        talk.want(
          status === 403,
          say('403 for Origin: http://stranger.example', 'Origin: http://stranger.example 应得到 403'),
        )
      },
    },
    {
      en: 'a call that asks for progress is answered by a stream: progress first, then the answer',
      zh: '要进度的调用用流来答复：先是进度，然后是答复',
      async run(talk, target) {
        const { stream } = await slow(talk, target, await open(talk, target))
        const first = await stream.message(say('a notification of progress', '一条进度通知'))
        talk.want(first.method === 'notifications/progress', '"method":"notifications/progress"')
        talk.want(first.params?.progressToken === 'p', '"progressToken":"p"')
        await stream.answer('slow')
        await stream.end(say('the end of the stream, after the answer', '答复之后，流结束'))
      },
    },
    {
      en: 'a stream that broke goes on after Last-Event-ID, to the answer',
      zh: '断了的流带着 Last-Event-ID 接着读，一直读到答复',
      async run(talk, target) {
        const { session } = await open(talk, target).then(async (opened) => {
          const { stream } = await slow(talk, target, opened)
          const { lastEventId } = await stream.event()
          if (lastEventId === '')
            talk.skip(say('its events have no ids: nothing can be resumed', '它的事件没有 id，没法接着读'))
          stream.close()
          return { session: { ...opened.session, 'Last-Event-ID': lastEventId } }
        })
        const again = await talk.request('GET', target.mcp, { headers: { Accept: 'text/event-stream', ...session } })
        talk.want(again.status === 200, '200')
        const { result } = await again.answer('slow')
        talk.want(result, '"result":{…}')
      },
    },
  ],
}

/** A call that takes a while and tells how far it is. `target.slow` says which. */
async function slow(talk, target, { post }) {
  if (!target.slow) talk.skip(say('no tool is known here that takes a while', '这里没有哪个工具是要花时间的'))
  const params = { ...target.slow, _meta: { progressToken: 'p' } }
  const stream = await post({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params })
  talk.want(stream.status === 200 && stream.type === 'text/event-stream', '200, Content-Type: text/event-stream')
  return { stream }
}
