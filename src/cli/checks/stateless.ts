// What holds without sessions alone, beside what the course checks.
import { answerIn, openClient, type Protocol } from '../client.ts'
import { stateless, type Check } from '../stages.ts'
import { wantError, wantNoAnswer, wantRefused } from './messages.ts'

const HTTP = 'basic/transports/streamable-http'
const MISMATCH = -32020

export function statelessChecks({ version }: Protocol): Check[] {
  const open = openClient['stateless HTTP']
  return [
    {
      en: 'without the headers that repeat the body a request is refused',
      zh: '没带重复 body 的那些头，请求被拒绝',
      must: 'Validation failure conditions include: a required standard header (MCP-Protocol-Version, Mcp-Method, Mcp-Name) is missing.',
      section: `${HTTP}#server-validation`,
      async run(talk, target) {
        const { message, headers } = stateless('tools/call', { name: 'no-such-tool', arguments: {} }, version)
        for (const name of ['Mcp-Method', 'Mcp-Name']) {
          const { [name]: _left, ...rest } = headers
          const response = await talk.post(target.mcp, message, rest)
          talk.want(response.status === 400, `400 without ${name}`)
          wantError(talk, await answerIn(talk, response, message.id), MISMATCH)
        }
        const { 'MCP-Protocol-Version': _left, ...rest } = headers
        wantRefused(await talk.post(target.mcp, message, rest), talk, '400 without MCP-Protocol-Version')
      },
    },
    {
      en: 'header names are the same in any case, values are not',
      zh: '头的名字不分大小写，值分',
      must: 'Clients and servers MUST use case-insensitive comparisons for header names. Header values (such as method names) are case-sensitive.',
      section: `${HTTP}#case-sensitivity`,
      async run(talk, target) {
        const { message, headers } = stateless('server/discover', {}, version)
        const { 'Mcp-Method': method = '', ...rest } = headers
        const upper = await talk.post(target.mcp, message, { ...rest, 'MCP-METHOD': method })
        talk.want((await answerIn(talk, upper, message.id)).result, '"result":{…} for MCP-METHOD')
        const response = await talk.post(target.mcp, message, { ...rest, 'Mcp-Method': 'Server/Discover' })
        talk.want(response.status === 400, '400 for Mcp-Method: Server/Discover')
        wantError(talk, await answerIn(talk, response, message.id), MISMATCH)
      },
    },
    {
      en: 'a name in Base64 is decoded before it is compared',
      zh: 'Base64 写的名字先解码再比较',
      must: 'For headers that permit the Base64 sentinel encoding, servers MUST decode encoded values before comparing them to the body value.',
      section: `${HTTP}#server-validation`,
      needs: 'tools',
      async run(talk, target) {
        const { message, headers } = stateless('tools/call', { name: '没有的工具', arguments: {} }, version)
        const encoded = `=?base64?${Buffer.from('没有的工具').toString('base64')}?=`
        const response = await talk.post(target.mcp, message, { ...headers, 'Mcp-Name': encoded })
        const { error } = await answerIn(talk, response, message.id)
        talk.want(error?.code !== MISMATCH, 'the error of an unknown tool, and not -32020')
      },
    },
    {
      en: 'a session id and a Last-Event-ID are ignored, and none is given',
      zh: '会话 id 和 Last-Event-ID 被忽略，也不会发出会话 id',
      should:
        'An Mcp-Session-Id header on a request: ignore it, and do not mint or echo session IDs. A Last-Event-ID header: ignore it.',
      section: `${HTTP}#backward-compatibility`,
      async run(talk, target) {
        const client = await open(talk, target)
        const response = await client.post(client.ping, {
          'Mcp-Session-Id': 'never-given',
          'Last-Event-ID': 'never-given',
        })
        talk.want((await answerIn(talk, response, client.ping.id)).result, '"result":{…}')
        talk.want(response.headers['mcp-session-id'] === undefined, 'no Mcp-Session-Id')
      },
    },
    {
      en: 'a result says who answers',
      zh: 'result 说明是谁在回答',
      should: 'Servers SHOULD include io.modelcontextprotocol/serverInfo in the _meta of every result.',
      section: 'basic#_meta',
      async run(talk, target) {
        const { answer } = await (await open(talk, target)).call('server/discover')
        const info = answer.result?._meta?.['io.modelcontextprotocol/serverInfo']
        talk.want(typeof info?.name === 'string', '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"…",…}}')
      },
    },
    {
      en: 'a notification gets 202 or an error, and no answer',
      zh: '通知得到 202 或错误状态，没有答复',
      must: 'If the server accepts a notification, it MUST return 202 Accepted with no body. If it cannot accept it, it MUST return an HTTP error status code.',
      section: `${HTTP}#sending-messages`,
      async run(talk, target) {
        const method = 'notifications/unheard-of'
        const { message, headers } = stateless(method, {}, version)
        const { id: _left, ...notification } = message
        await wantNoAnswer(await talk.post(target.mcp, notification, headers), talk)
      },
    },
    {
      en: 'subscriptions/listen begins with what was granted, on a stream that no proxy holds back',
      zh: 'subscriptions/listen 先说同意了什么，而且流不会被代理攒着',
      should:
        'When initiating an SSE stream, servers SHOULD include the X-Accel-Buffering: no header in the HTTP response.',
      section: `${HTTP}#receiving-messages`,
      async run(talk, target) {
        const { message, headers } = stateless('subscriptions/listen', { notifications: {} }, version)
        const response = await talk.post(target.mcp, message, headers)
        if (response.type !== 'text/event-stream') return talk.skip('it opens no stream of changes')
        talk.want(response.headers['x-accel-buffering'] === 'no', 'X-Accel-Buffering: no')
        const { data } = await response.event('"method":"notifications/subscriptions/acknowledged"')
        const first = JSON.parse(data) as { method?: string }
        talk.want(first.method === 'notifications/subscriptions/acknowledged', 'the acknowledgement, before all else')
      },
    },
  ]
}
