import { begin, fileOf, testAtOnce, testStage } from '../stages/lesson.mjs'
import { open, streamable } from '../stages/9-streamable.mjs'
import { targetOf } from '../stages/check.mjs'
import { Conversation } from '../stages/wire.mjs'
import { say } from '../say.mjs'

const starting = begin(fileOf(import.meta.url), { TICK_MS: '20' })
const known = {
  call: { name: 'get-hackernews-item', arguments: { id: 21508542 } },
  slow: { name: 'count', arguments: { to: 3 } },
}
testStage(streamable, starting, known)

/** Runs one conversation in a session. */
async function inSession(run) {
  const talk = new Conversation()
  try {
    const target = targetOf((await starting).url, known)
    await run(talk, { ...(await open(talk, target)), target })
  } finally {
    talk.close()
  }
}

const call = (id, name, args, _meta) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(_meta && { _meta }) },
})
const [JSON_ONLY, STREAM_ONLY] = ['application/json', 'text/event-stream'].map((Accept) => ({ Accept }))

testAtOnce(
  'who accepts JSON alone gets JSON, even if it asks for progress',
  '只接受 JSON 就给 JSON，哪怕它要进度',
  () =>
    inSession(async (talk, { post }) => {
      const response = await post(call(1, 'count', { to: 1 }, { progressToken: 'p' }), JSON_ONLY)
      talk.want(response.type === 'application/json', 'Content-Type: application/json')
      talk.want((await response.json()).result, '"result":{…}')
    }),
)

testAtOnce('who accepts a stream alone gets a stream, even for a ping', '只接受流就给流，哪怕只是 ping', () =>
  inSession(async (talk, { post }) => {
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, STREAM_ONLY)
    talk.want(response.type === 'text/event-stream', 'Content-Type: text/event-stream')
    talk.want((await response.answer(1)).result, '"result":{}')
    await response.end()
  }),
)

testAtOnce('who accepts both and asks for no progress gets JSON', '两种都接受、又不要进度，就给 JSON', () =>
  inSession(async (talk, { post }) => {
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'ping' })
    talk.want(response.type === 'application/json', 'Content-Type: application/json')
  }),
)

testAtOnce(
  'a call that is cut after each event is told whole, once',
  '每来一个事件就断一次，整次调用还是不缺不重',
  () =>
    inSession(async (talk, { post, session, target }) => {
      let stream = await post(call('long', 'count', { to: 5 }, { progressToken: 'p' }))
      const told = []
      while (told.length < 10) {
        const event = await stream.event()
        const { params, result } = JSON.parse(event.data)
        told.push(params?.progress ?? 'answer')
        if (result) break
        stream.close()
        const headers = { ...STREAM_ONLY, ...session, 'Last-Event-ID': event.lastEventId }
        stream = await talk.request('GET', target.mcp, { headers })
        talk.want(stream.status === 200, '200')
      }
      talk.want(
        told.join() === '1,2,3,4,5,answer',
        say(
          `progress 1 2 3 4 5 and the answer, each once; came: ${told}`,
          `进度 1 2 3 4 5 和答复，各来一次；实际来的：${told}`,
        ),
      )
      await stream.end()
    }),
)

testAtOnce(
  'a stream goes on in its own session, after its own event, and nowhere else',
  '流只在自己的会话里、从自己的事件往下读',
  () =>
    inSession(async (talk, { post, session, target }) => {
      const [first, second] = [
        await post(call('first', 'count', { to: 1 }, { progressToken: 1 })),
        await post(call('second', 'count', { to: 1 }, { progressToken: 2 })),
      ]
      const { lastEventId } = await first.event()
      const { lastEventId: ofSecond } = await second.event()
      await first.answer('first')
      await second.answer('second')
      const resume = (of, id) =>
        talk.request('GET', target.mcp, { headers: { ...STREAM_ONLY, ...of, 'Last-Event-ID': id } })

      for (const [last, call] of [
        [lastEventId, 'first'],
        [ofSecond, 'second'],
      ]) {
        const again = await resume(session, last)
        const { id } = await again.message(say(`the answer of the ${call} call`, `${call} 那次调用的答复`))
        talk.want(
          id === call,
          say(
            `the ${call} call’s events after ${last}, and no others`,
            `${call} 那次调用在 ${last} 之后的事件，别的都不要`,
          ),
        )
        await again.end(say('the end, after the answer', '答复之后，流结束'))
      }

      const stranger = await open(talk, target)
      for (const [of, last] of [
        [stranger.session, lastEventId],
        [session, 'never.1'],
      ]) {
        const { status } = await resume(of, last)
        talk.want(status === 400, say(`400 for Last-Event-ID: ${last}`, `Last-Event-ID: ${last} 应得到 400`))
      }
    }),
)

testAtOnce('GET needs a session and a client that accepts a stream', 'GET 要有会话，客户端还得接受流', () =>
  inSession(async (talk, { session, target }) => {
    const without = await talk.request('GET', target.mcp, { headers: STREAM_ONLY })
    talk.want(without.status === 400, say('400 without Mcp-Session-Id', '没带 Mcp-Session-Id，应得到 400'))
    const { status } = await talk.request('GET', target.mcp, { headers: { ...JSON_ONLY, ...session } })
    talk.want(status === 406, say('406 for Accept: application/json', 'Accept: application/json 应得到 406'))
  }),
)
