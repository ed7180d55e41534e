import { begin, fileOf, testAtOnce, testStage } from '../stages/lesson.mjs'
import { sessionless, stateless } from '../stages/10-stateless.mjs'
import { open } from '../stages/9-streamable.mjs'
import { targetOf } from '../stages/check.mjs'
import { Conversation } from '../stages/wire.mjs'
import { say } from '../say.mjs'

const file = fileOf(import.meta.url)
const [starting, second] = [begin(file, { TICK_MS: '20' }), begin(file, { TICK_MS: '20' })]
const item = { name: 'get-hackernews-item', arguments: { id: 21508542 } }
testStage(sessionless, starting, { call: item })

/** Runs one conversation with both servers. */
async function talkTo(run) {
  const talk = new Conversation()
  try {
    const servers = await Promise.all([starting, second])
    await run(
      talk,
      servers.map(({ url }) => targetOf(url).mcp),
    )
  } finally {
    talk.close()
  }
}

testAtOnce(
  'two servers, requests dealt at random: 100 of 100 are answered',
  '两台服务器，请求随便发：100 个有 100 个答复',
  () =>
    talkTo(async (talk, urls) => {
      for (let n = 0; n < 100; n++) {
        const { message, headers } = stateless(...(n % 3 === 0 ? ['tools/list'] : ['tools/call', item]))
        const response = await talk.post(urls[Math.floor(Math.random() * 2)], message, headers)
        talk.want(response.status === 200, '200')
        talk.want((await response.json()).result, '"result":{…}')
      }
    }),
)

testAtOnce(
  'who asks for progress gets a stream: no ids, and the answer last',
  '要进度就给一条流：没有 id，答复在最后',
  () =>
    talkTo(async (talk, [url]) => {
      const { message, headers } = stateless('tools/call', { name: 'count', arguments: { to: 2 } })
      message.params._meta.progressToken = 'p'
      const response = await talk.post(url, message, headers)
      talk.want(response.type === 'text/event-stream', 'Content-Type: text/event-stream')
      const events = [await response.event(), await response.event(), await response.event()]
      talk.want(
        events.every(({ lastEventId }) => lastEventId === ''),
        say('no id: nobody can come back to this stream', '没有 id：谁也不能回到这条流上'),
      )
      const [first, , last] = events.map(({ data }) => JSON.parse(data))
      talk.want(first.params?.progressToken === 'p', '"method":"notifications/progress", "progressToken":"p"')
      talk.want(last.result?.resultType === 'complete', '"result":{"resultType":"complete",…}')
      await response.end()
    }),
)

testAtOnce('a result says which server it is from', 'result 说明自己出自哪个服务器', () =>
  talkTo(async (talk, [url]) => {
    for (const params of [['server/discover'], ['tools/call', item]]) {
      const { message, headers } = stateless(...params)
      const { result } = await (await talk.post(url, message, headers)).json()
      const info = result?._meta?.['io.modelcontextprotocol/serverInfo']
      talk.want(typeof info?.name === 'string', '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"…",…}}')
    }
  }),
)

testAtOnce('clients with sessions are served as before', '带会话的客户端照常接待', () =>
  talkTo(async (talk, [url]) => {
    const { call } = await open(talk, { mcp: url })
    const { result } = await call('tools/list')
    talk.want(
      result?.tools?.length > 0 && result.resultType === undefined,
      say('"result":{"tools":[…]}, as of 2025', '"result":{"tools":[…]}，照 2025 年的规矩'),
    )
    const { headers } = stateless('tools/list')
    const bare = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const { status } = await talk.post(url, bare, { Accept: headers.Accept })
    talk.want(status === 400, say('400: no session, and no version in the request', '400：没有会话，请求里也没有版本'))
  }),
)
