import assert from 'node:assert/strict'
import { stream } from '../stages/4-stream.mjs'
import { begin, fileOf, testAtOnce, testStage } from '../stages/lesson.mjs'
import { Conversation } from '../stages/wire.mjs'
import { say } from '../say.mjs'

const file = fileOf(import.meta.url)
const counting = begin(file, { TICK_MS: '10', KEPT: '1000' })
const forgetful = begin(file, { TICK_MS: '2', KEPT: '5' })
const silent = begin(file, { TICK_MS: '60000', KEEP_ALIVE_MS: '20' })
const leaving = begin(file, { TICK_MS: '60000', KEEP_ALIVE_MS: '20' })

testStage(stream, counting)

/** Runs one conversation about /ticks of a server. */
async function talkTo(starting, run) {
  const server = await starting
  const talk = new Conversation()
  const open = (lastEventId) =>
    talk.request('GET', `${server.url}/ticks`, {
      headers: { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) },
    })
  try {
    await run({ talk, open, server })
  } finally {
    talk.close()
  }
}

testAtOnce('cut fifty times, the count has no gap and no duplicate', '断五十次，数下去既不缺也不重', () =>
  talkTo(counting, async ({ talk, open }) => {
    let last
    for (let cut = 0; cut < 50; cut++) {
      const stream = await open(last?.lastEventId)
      for (let events = 1 + (cut % 3); events > 0; events--) {
        const next = await stream.event(say('the next tick', '下一个 tick'))
        talk.want(
          next.lastEventId === next.data,
          say('id and data: the number of the tick', 'id 和 data 都是 tick 的编号'),
        )
        if (last) talk.want(Number(next.data) === Number(last.data) + 1, `data: ${Number(last.data) + 1}`)
        last = next
      }
      stream.close()
    }
  }),
)

testAtOnce(
  'an id that is forgotten, or was never given, is told: event: reset',
  'id 已经忘了，或者从没给过，都要说明：event: reset',
  () =>
    talkTo(forgetful, async ({ talk, open }) => {
      const first = await (await open()).event()
      const later = await open()
      for (let n = 0; n < 12; n++) await later.event()
      for (const id of [first.lastEventId, '999999999', 'no-number']) {
        const { type } = await (await open(id)).event()
        talk.want(
          type === 'reset',
          say(`event: reset for Last-Event-ID: ${id}`, `Last-Event-ID: ${id} 应得到 event: reset`),
        )
      }
    }),
)

testAtOnce('the stream says when to come back', '流会说明隔多久再来', () =>
  talkTo(counting, async ({ talk, open }) => {
    const stream = await open()
    await stream.event()
    talk.want(/^retry: ?\d+$/m.test(stream.body), 'retry: 1000')
  }),
)

testAtOnce('in silence there are comments', '没话说的时候有注释', () =>
  talkTo(silent, async ({ talk, open }) => {
    const stream = await open()
    await stream.comment()
    await stream.comment()
    talk.want(!/^data/m.test(stream.body), say('a comment, and no event', '只有注释，没有事件'))
  }),
)

testAtOnce('no timer outlives its reader', '读者走了，定时器也跟着停', () =>
  talkTo(leaving, async ({ open, server }) => {
    const before = await server.timers()
    const streams = [await open(), await open(), await open()]
    for (const stream of streams) await stream.comment()
    for (const stream of streams) stream.close()
    let left
    for (let ask = 0; ask < 500; ask++) {
      left = await server.timers()
      if (left <= before) return
      await new Promise(setImmediate)
    }
    assert.fail(
      say(
        `${left - before} timers are left of 3 readers who have gone`,
        `3 个读者都走了，还剩 ${left - before} 个定时器`,
      ),
    )
  }),
)
