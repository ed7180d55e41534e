// Stage 7: what real clients do, each of which has broken a server in the wild.
import { CLIENT, connect, wantError, wantTaken } from './sse-client.mjs'
import { say } from '../say.mjs'

export const clients = {
  number: 7,
  title: { en: 'Real clients', zh: '真实的客户端' },
  rule: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse',
  checks: [
    {
      en: 'GET without an Accept header opens the stream: some clients send none',
      zh: 'GET 不带 Accept 也能打开流：有的客户端就是不带',
      async run(talk, target) {
        await connect(talk, target, {})
      },
    },
    {
      en: 'the endpoint begins with a slash, or is a whole URL',
      zh: 'endpoint 以斜杠开头，或者是一个完整的 URL',
      async run(talk, target) {
        const stream = await talk.request('GET', target.sse, { headers: { Accept: 'text/event-stream' } })
        const { data } = await stream.event('event: endpoint')
        talk.want(/^(\/|https?:\/\/)/.test(data), say('data: /… or http://…', 'data: /… 或者 http://…'))
      },
    },
    {
      en: 'a charset in Content-Type, and an Accept of its own on the POST',
      zh: 'Content-Type 里带 charset，POST 也带着自己的 Accept',
      should:
        'A media type may have parameters (RFC 9110, section 8.3.1): application/json; charset=utf-8 is application/json.',
      section: 'https://www.rfc-editor.org/rfc/rfc9110.html#section-8.3.1',
      async run(talk, target) {
        const client = await connect(talk, target)
        const headers = { 'Content-Type': 'application/json; charset=utf-8', Accept: 'text/event-stream' }
        const { status } = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' }, headers)
        wantTaken(talk, target, status)
        await client.stream.answer(1)
      },
    },
    {
      en: 'a body that arrives in pieces, one of which ends inside a character',
      zh: 'body 分几段到，其中一段断在一个字的中间',
      must: 'A body ends where Content-Length says, in however many pieces it comes (RFC 9112, section 6.2).',
      section: 'https://www.rfc-editor.org/rfc/rfc9112.html#section-6.2',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: '你好', method: 'ping' }))
        const cut = bytes.indexOf(Buffer.from('你')) + 1
        const headers = { 'Content-Type': 'application/json', 'Content-Length': String(bytes.length) }
        const body = [bytes.subarray(0, 5), bytes.subarray(5, cut), bytes.subarray(cut)]
        const response = await talk.request('POST', client.endpoint, { headers, body })
        wantTaken(talk, target, response.status)
        await client.stream.answer('你好')
      },
    },
    {
      en: 'an initialize with capabilities and _meta that the server does not know',
      zh: 'initialize 里有服务器不认识的能力和 _meta',
      must: 'The client sends its capabilities; those that the server does not know are no error: the set is open.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/lifecycle#initialization',
      async run(talk, target) {
        const client = await connect(talk, target)
        const params = {
          protocolVersion: '2024-11-05',
          capabilities: { sampling: {}, roots: { listChanged: true }, experimental: { x: {} } },
          clientInfo: { ...CLIENT, title: 'Stages' },
          _meta: { progressToken: 0 },
        }
        const { result } = await client.call('initialize', params, 0)
        talk.want(result, '"result":{"protocolVersion":…}')
      },
    },
    {
      en: 'the lists that it does not have get -32601, and nothing breaks',
      zh: '它没有的那些列表得到 -32601，什么也没坏',
      must: 'Both parties use only capabilities that were negotiated; -32601 says that a method does not exist.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/lifecycle#operation',
      async run(talk, target) {
        const client = await connect(talk, target)
        const { capabilities } = await client.initialize()
        for (const [capability, method] of [
          ['resources', 'resources/list'],
          ['prompts', 'prompts/list'],
        ]) {
          const answer = await client.call(method, {})
          if (capabilities[capability])
            talk.want(answer.result, say(`"result" for ${method}`, `${method} 得到 "result"`))
          else wantError(talk, answer, -32601)
        }
        talk.want((await client.call('ping')).result, '"result":{}')
      },
    },
    {
      en: 'a cancellation of something unknown is nothing',
      zh: '取消一个不存在的请求，等于什么也没说',
      should: 'Invalid cancellation notifications SHOULD be ignored.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/utilities/cancellation#error-handling',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        const { status } = await client.notify('notifications/cancelled', { requestId: 'never', reason: 'none' })
        wantTaken(talk, target, status)
        talk.want((await client.call('ping')).result, '"result":{}')
      },
    },
    {
      en: 'a client of Streamable HTTP at the wrong URL learns it at once: 4xx, or a real answer',
      zh: 'Streamable HTTP 的客户端找错了 URL，马上就知道：4xx，或者真正的答复',
      should: 'A client that tries a POST first falls back to GET at a 4xx status.',
      section: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility',
      async run(talk, target) {
        const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT }
        const headers = { Accept: 'application/json, text/event-stream' }
        const message = { jsonrpc: '2.0', id: 1, method: 'initialize', params }
        const { status } = await talk.post(target.sse, message, headers)
        talk.want(
          status === 200 || (status >= 400 && status < 500),
          say('404 or 405, so that it falls back to GET', '404 或 405，客户端才会退回去试 GET'),
        )
      },
    },
  ],
}
