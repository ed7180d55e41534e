// Stage 5: MCP's handshake over HTTP+SSE, as of 2024-11-05.
import { connect, wantError, wantTaken } from './sse-client.mjs'
import { say } from '../say.mjs'

export const handshake = {
  number: 5,
  title: { en: 'MCP’s handshake over HTTP+SSE', zh: 'HTTP+SSE 上的 MCP 握手' },
  rule: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse',
  checks: [
    {
      en: 'the first event is `endpoint`: where to post, on this server',
      zh: '第一个事件是 `endpoint`：往这台服务器的哪里 POST',
      must: 'When a client connects, the server MUST send an `endpoint` event containing a URI for the client to use for sending messages.',
      async run(talk, target) {
        await connect(talk, target)
      },
    },
    {
      en: 'a POST gets 202, and the answer to initialize comes on the stream',
      zh: 'POST 得到 202，initialize 的答复从流上来',
      must: 'The server MUST respond with its own capabilities and information.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/lifecycle#initialization',
      async run(talk, target) {
        const client = await connect(talk, target)
        const result = await client.initialize()
        talk.want(typeof result.protocolVersion === 'string', '"protocolVersion":"2024-11-05"')
        talk.want(typeof result.capabilities === 'object', '"capabilities":{}')
        talk.want(typeof result.serverInfo?.name === 'string', '"serverInfo":{"name":"…","version":"…"}')
      },
    },
    {
      en: 'answers are events of type message, and repeat the id with its type',
      zh: '答复是 message 类型的事件，id 连类型一起原样带回',
      must: 'Server messages are sent as SSE `message` events, with the message content encoded as JSON. Responses MUST include the same ID as the request.',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        for (const id of [7, '7', 0]) {
          const { status } = await client.post({ jsonrpc: '2.0', id, method: 'ping' })
          wantTaken(talk, target, status)
          const wanted = `event: message  data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}`
          const { type, message } = await client.stream.nextAnswer(wanted)
          talk.want(type === 'message' && message.id === id && message.result, wanted)
        }
      },
    },
    {
      en: 'a notification gets 202 and no answer',
      zh: '通知得到 202，没有答复',
      must: 'Notifications: the receiver MUST NOT send a response.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/messages#notifications',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        for (const method of ['notifications/initialized', 'notifications/unheard-of']) {
          const { status } = await client.notify(method)
          wantTaken(talk, target, status)
        }
        await client.post({ jsonrpc: '2.0', id: 'after', method: 'ping' })
        const { message } = await client.stream.nextAnswer(say('the answer to ping', 'ping 的答复'))
        talk.want(message.id === 'after', say('nothing on the stream for a notification', '对通知，流上什么也不发'))
      },
    },
    {
      en: 'a method that is not there gets the error -32601, on the stream',
      zh: '没有的方法，在流上得到错误 -32601',
      must: 'All messages MUST follow JSON-RPC 2.0: -32601, the method does not exist.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/messages',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        wantError(talk, await client.call('no/such/method'), -32601)
        wantError(talk, await client.call('toString'), -32601)
      },
    },
    {
      en: 'a version of tomorrow is answered by one of the server’s own',
      zh: '客户端说了将来的版本，服务器答一个自己会的',
      must: 'Otherwise, the server MUST respond with another protocol version it supports.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/lifecycle#version-negotiation',
      async run(talk, target) {
        const client = await connect(talk, target)
        const { protocolVersion } = await client.initialize('2099-01-01')
        talk.want(
          /^202[4-9]-\d\d-\d\d$/.test(protocolVersion),
          say('"protocolVersion": one that this server speaks', '"protocolVersion"：这台服务器会的一个版本'),
        )
      },
    },
    {
      en: 'each session has its own stream: no answer goes to another',
      zh: '每个会话有自己的流，答复不会跑到别人那里',
      must: 'The server operates as an independent process that can handle multiple client connections.',
      async run(talk, target) {
        const [one, other] = [await connect(talk, target), await connect(talk, target)]
        talk.want(
          one.endpoint.href !== other.endpoint.href,
          say('another endpoint for each stream', '每条流各有自己的 endpoint'),
        )
        await one.initialize()
        await other.initialize()
        await one.call('ping', undefined, 'one')
        await other.post({ jsonrpc: '2.0', id: 'other', method: 'ping' })
        const { message } = await other.stream.nextAnswer(say('the answer to its own ping', '它自己那个 ping 的答复'))
        talk.want(message.id === 'other', say('its own answers only', '只有它自己的答复'))
      },
    },
    {
      en: 'a closed stream ends its session: the endpoint is refused, 4xx',
      zh: '流关了会话就没了：再 POST 到那个端点，得到 4xx',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        client.stream.close()
        for (const until = performance.now() + 3_000; ;) {
          const { status } = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' })
          if (status >= 400 && status < 500) return
          talk.want(performance.now() < until, say('404: unknown session', '404：会话不认识'))
        }
      },
    },
    {
      en: 'what is no message gets 400, and the session lives on',
      zh: '不是消息的东西得到 400，会话照常',
      async run(talk, target) {
        const client = await connect(talk, target)
        await client.initialize()
        for (const text of ['{"jsonrpc":', '"hello"']) {
          const { status } = await client.post(text)
          talk.want(status >= 400 && status < 500, say(`400 for a body of ${text}`, `body 是 ${text} 时，应得到 400`))
        }
        const { result } = await client.call('ping')
        talk.want(result, '"result":{}')
      },
    },
    {
      en: 'the page of a stranger is refused: 403',
      zh: '陌生网页发来的请求得到 403',
      async run(talk, target) {
        const client = await connect(talk, target)
        const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
        const { status } = await client.post(ping, { Origin: 'http://stranger.example' })
        talk.want(
          status === 403,
          say('403 for Origin: http://stranger.example', 'Origin: http://stranger.example 应得到 403'),
        )
      },
    },
  ],
}
