// What holds of Streamable HTTP with sessions alone, beside what the course checks.
import { ACCEPT, answerIn, WITHOUT_BATCHES, type Protocol } from '../client.ts'
import { open, type Check } from '../stages.ts'
import { wantNoAnswer, wantRefused } from './messages.ts'

const SESSIONS = 'basic/transports#session-management'
const SENDING = 'basic/transports#sending-messages-to-the-server'
const HEADER = 'basic/transports#protocol-version-header'

const ping = (id: string) => ({ jsonrpc: '2.0', id, method: 'ping' })

export function sessionChecks({ version }: Protocol): Check[] {
  return [
    {
      en: 'a version that it speaks comes back, and one of tomorrow is answered by another',
      zh: '它会的版本原样答回；将来的版本，它答一个自己会的',
      must: 'If the server supports the requested protocol version, it MUST respond with the same version. Otherwise, the server MUST respond with another protocol version it supports.',
      section: 'basic/lifecycle#version-negotiation',
      async run(talk, target) {
        const { result } = await open(talk, target, version)
        talk.want(result['protocolVersion'] === version, `"protocolVersion":"${version}"`)
        const params = { protocolVersion: '3000-01-01', capabilities: {}, clientInfo: { name: 'check', version: '1' } }
        const request = { jsonrpc: '2.0', id: 1, method: 'initialize', params }
        const other = await answerIn(talk, await talk.post(target.mcp, request, ACCEPT), 1)
        talk.want(
          /^202[4-9]-\d\d-\d\d$/.test(String(other.result?.protocolVersion)),
          '"protocolVersion": one of its own',
        )
      },
    },
    {
      en: 'a session id is visible ASCII',
      zh: '会话 id 只有可见的 ASCII 字符',
      must: 'The session ID MUST only contain visible ASCII characters (ranging from 0x21 to 0x7E).',
      section: SESSIONS,
      async run(talk, target) {
        const { id } = await open(talk, target, version)
        if (id === undefined) return talk.skip('it gives no Mcp-Session-Id: it has no sessions')
        talk.want(/^[\x21-\x7e]+$/.test(id), 'Mcp-Session-Id: visible ASCII')
      },
    },
    {
      en: 'each session has an id of its own',
      zh: '每个会话有自己的 id',
      should: 'The session ID SHOULD be globally unique and cryptographically secure.',
      section: SESSIONS,
      async run(talk, target) {
        const one = await open(talk, target, version)
        const other = await open(talk, target, version)
        if (one.id === undefined) return talk.skip('it gives no Mcp-Session-Id: it has no sessions')
        talk.want(one.id !== other.id, 'another Mcp-Session-Id for each session')
      },
    },
    {
      en: 'a response that nobody waits for gets 202 or an error, and no answer',
      zh: '没人在等的 response 得到 202 或错误状态，没有答复',
      must: 'If the input is a JSON-RPC response: 202 Accepted with no body, or, if the server cannot accept it, an HTTP error status code.',
      section: SENDING,
      async run(talk, target) {
        const { post } = await open(talk, target, version)
        await wantNoAnswer(await post({ jsonrpc: '2.0', id: 'never-asked', result: {} }), talk)
      },
    },
    {
      en: 'a notification that nobody knows gets 202 or an error, and no answer',
      zh: '谁都不认识的通知得到 202 或错误状态，没有答复',
      must: 'If the input is a JSON-RPC notification: 202 Accepted with no body, or, if the server cannot accept it, an HTTP error status code.',
      section: SENDING,
      async run(talk, target) {
        const { post } = await open(talk, target, version)
        await wantNoAnswer(await post({ jsonrpc: '2.0', method: 'notifications/unheard-of' }), talk)
      },
    },
    ...(version < WITHOUT_BATCHES ? [batches] : [noBatches, versionHeader, noVersionHeader]),
  ]
}

const batches: Check = {
  en: 'a batch is answered, each request by its id',
  zh: '批量得到答复，每个请求各有自己的 id',
  must: 'Implementations MUST support receiving JSON-RPC batches.',
  section: 'basic#batching',
  async run(talk, target) {
    const { post } = await open(talk, target, target.version)
    const response = await post([ping('one'), ping('other'), { jsonrpc: '2.0', method: 'notifications/initialized' }])
    talk.want(response.status === 200, '200')
    const isStream = response.type === 'text/event-stream'
    const answers: unknown = isStream
      ? [await response.answer('one'), await response.answer('other')]
      : await response.json()
    const ids = Array.isArray(answers) ? answers.map(({ id }) => id as unknown) : []
    talk.want(
      ids.length === 2 && ids.includes('one') && ids.includes('other'),
      'an answer for "one" and one for "other"',
    )
  },
}

const noBatches: Check = {
  en: 'a batch is refused: there are none any more',
  zh: '批量被拒绝：这一版已经没有了',
  should: 'The body of the POST request MUST be a single JSON-RPC request, notification, or response.',
  section: SENDING,
  async run(talk, target) {
    const { post } = await open(talk, target, target.version)
    const response = await post([ping('one'), ping('other')])
    if (response.status >= 400) return wantRefused(response, talk, '400')
    const isJson = response.type === 'application/json'
    talk.want(isJson && (await response.json()).error, '400, or an error of JSON-RPC')
  },
}

const versionHeader: Check = {
  en: 'a version header that it does not know gets 400',
  zh: '不认识的版本头得到 400',
  must: 'If the server receives a request with an invalid or unsupported MCP-Protocol-Version, it MUST respond with 400 Bad Request.',
  section: HEADER,
  async run(talk, target) {
    const { post } = await open(talk, target, target.version)
    for (const wrong of ['1999-01-01', 'newest']) {
      const { status } = await post(ping('p'), { 'MCP-Protocol-Version': wrong })
      talk.want(status === 400, `400 for MCP-Protocol-Version: ${wrong}`)
    }
  },
}

const noVersionHeader: Check = {
  en: 'without a version header the request is served all the same',
  zh: '没有版本头，请求照样得到服务',
  should:
    'If the server does not receive an MCP-Protocol-Version header, it SHOULD assume an older version, or that of the session.',
  section: HEADER,
  async run(talk, target) {
    const { session } = await open(talk, target, target.version)
    const { 'MCP-Protocol-Version': _left, ...rest } = session
    const response = await talk.post(target.mcp, ping('p'), { ...ACCEPT, ...rest })
    const { result } = await answerIn(talk, response, 'p')
    talk.want(result, '"result":{}')
  },
}
