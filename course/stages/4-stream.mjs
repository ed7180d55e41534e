// Stage 4: an event stream. It is at /ticks, or, on a server without it, at /sse.
import { say } from '../say.mjs'

/** Opens the stream that there is. */
async function open(talk, target, headers = {}) {
  const options = { headers: { Accept: 'text/event-stream', ...headers } }
  const ticks = await talk.request('GET', target.ticks, options)
  if (ticks.status !== 404) return ticks
  ticks.close()
  return talk.request('GET', target.sse, options)
}

export const stream = {
  number: 4,
  title: { en: 'A stream', zh: '一条流' },
  rule: 'https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream',
  checks: [
    {
      en: 'GET is answered by an event stream, and nobody says how long it is',
      zh: 'GET 得到一条事件流，没有人说它有多长',
      async run(talk, target) {
        const { status, type, headers } = await open(talk, target)
        talk.want(status === 200, '200')
        talk.want(type === 'text/event-stream', 'Content-Type: text/event-stream')
        talk.want(headers['content-length'] === undefined, say('no Content-Length', '没有 Content-Length'))
      },
    },
    {
      en: 'nobody on the way may keep the stream',
      zh: '沿途谁也不许缓存这条流',
      async run(talk, target) {
        const { headers } = await open(talk, target)
        talk.want(/no-cache|no-store/.test(headers['cache-control'] ?? ''), 'Cache-Control: no-cache')
      },
    },
    {
      en: 'the first event comes by itself, and its blank line with it',
      zh: '第一个事件自己就来，空行也一起来',
      async run(talk, target) {
        const one = await open(talk, target)
        await one.event(say('data: …, and a blank line', 'data: …，再加一个空行'))
        talk.want(!one.isOver, say('a response that does not end', '响应不结束'))
      },
    },
    {
      en: 'a reader who leaves takes nobody along',
      zh: '一个读者走了，别人不受影响',
      async run(talk, target) {
        const one = await open(talk, target)
        const other = await open(talk, target)
        await Promise.all([one.event(), other.event()])
        one.close()
        const third = await open(talk, target)
        await third.event()
        talk.want(!other.isOver, say('the stream of the other reader stays open', '另一个读者的流还开着'))
      },
    },
    {
      en: 'who comes back with Last-Event-ID goes on right after it',
      zh: '带着 Last-Event-ID 回来，紧接着往下读',
      async run(talk, target) {
        const before = await open(talk, target)
        const first = await before.event()
        if (first.lastEventId === '')
          talk.skip(say('its events have no ids: nothing can be resumed', '它的事件没有 id，没法接着读'))
        const next = await before.event()
        before.close()
        const again = await open(talk, target, { 'Last-Event-ID': first.lastEventId })
        const resumed = await again.event()
        const wanted = `id: ${next.lastEventId}  data: ${next.data}`
        talk.want(resumed.lastEventId === next.lastEventId && resumed.data === next.data, wanted)
      },
    },
  ],
}
