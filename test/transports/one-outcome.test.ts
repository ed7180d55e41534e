// Sessions of all kinds at once, with the same ids: each request has one outcome, in its own session.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { openEvents, post, request as send, type Answer, type Json, type OpenStream } from '../support/wire.ts'
import {
  mcp,
  messagesOf,
  openHttpSse,
  openSession,
  request,
  runs,
  unexpected,
  WITH_SESSION,
  type Run,
} from '../support/property-server.ts'

/** A reproducible source of numbers below n. */
function randomOf(seed: number) {
  let state = seed
  return (n: number) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

interface Call {
  id: number | string
  mark: string
  released: boolean
  cancelled: boolean
  /** The stream that brings its answer was lost by the client, after the event of this id. */
  lostAfter?: string
  stream?: OpenStream
  read?: Promise<string>
}

interface Heard {
  by: number
  id: unknown
  text: string
}

/** One client with one session, and what it waits for. */
interface Speaker {
  number: number
  isStreamable: boolean
  calls: Call[]
  start(call: Call): void
  notify(method: string, params: object): Promise<Answer>
  lose(call: Call): Promise<void>
  resume(call: Call): Promise<void>
  ping(mark: string): Promise<unknown>
  close(): Promise<void>
}

test('4. whatever k sessions do with the same ids, each request has one outcome, in its own session', async () => {
  const walk = async (seed: number) => {
    const random = randomOf(seed)
    const heard: Heard[] = []
    const arrival = new EventEmitter().setMaxListeners(0)
    const all: { call: Call; by: number; closed: boolean }[] = []
    let numbers = 0

    const hear = (by: number, message: Json) => {
      if ('method' in message) return
      heard.push({ by, id: message.id, text: message.result?.content?.[0].text ?? `${JSON.stringify(message)}` })
      arrival.emit('message')
    }
    const untilHeard = async (text: string) => {
      while (!heard.some((one) => one.text === text))
        await once(arrival, 'message', { signal: AbortSignal.timeout(60_000) })
    }
    const callOf = ({ id: given, mark }: Call, token?: string) =>
      request(given, 'tools/call', {
        name: 'gated',
        arguments: { mark },
        ...(token !== undefined && { _meta: { progressToken: token } }),
      })

    const httpSse = async (): Promise<Speaker> => {
      const number = numbers++
      const client = await openHttpSse()
      const reading = (async () => {
        for (;;) hear(number, await client.message())
      })().catch(() => {})
      return {
        number,
        isStreamable: false,
        calls: [],
        start: (call) => void client.post(callOf(call, 'p')),
        notify: (method, params) => client.post({ jsonrpc: '2.0', method, params }),
        lose: async () => {},
        resume: async () => {},
        async ping(mark) {
          await client.post(request(mark, 'tools/call', { name: 'echo', arguments: { text: mark } }))
          return untilHeard(mark)
        },
        async close() {
          client.destroy()
          await reading
        },
      }
    }

    const streamable = async (): Promise<Speaker> => {
      const number = numbers++
      const session = await openSession(WITH_SESSION[random(3)]!)
      const json = { 'content-type': 'application/json', ...session }
      const seen = new Set<string>()
      // Reads a stream to its end; what comes back is the id of the last event.
      const read = async (stream: OpenStream, after = '') => {
        for (let last = after; ;) {
          const event = await stream.event().catch(() => undefined)
          if (!event) return last
          assert.ok(!seen.has(event.lastEventId), `${event.lastEventId} is said twice`)
          seen.add((last = event.lastEventId))
          if (event.data !== '') hear(number, JSON.parse(event.data))
        }
      }
      return {
        number,
        isStreamable: true,
        calls: [],
        start(call) {
          const token = random(2) === 0 ? 'p' : undefined
          if (token === undefined)
            void post(mcp, callOf(call), session).then((answer) =>
              messagesOf(answer).forEach((one) => hear(number, one)),
            )
          else
            call.read = openEvents(mcp, json, JSON.stringify(callOf(call, token))).then((stream) => {
              call.stream = stream
              return read(stream)
            })
        },
        notify: (method, params) => post(mcp, { jsonrpc: '2.0', method, params }, session),
        async lose(call) {
          if (!call.stream || call.lostAfter !== undefined) return
          call.stream.destroy()
          await call.stream.ended
          const last = await call.read!
          if (last !== '') call.lostAfter = last
        },
        async resume(call) {
          const after = call.lostAfter
          if (after === undefined) return
          delete call.lostAfter
          call.stream = await openEvents(mcp, { ...session, 'last-event-id': after })
          assert.equal(call.stream.status, 200, `resume after ${after}`)
          call.read = read(call.stream, after)
        },
        async ping(mark) {
          const answer = await post(
            mcp,
            request(mark, 'tools/call', { name: 'echo', arguments: { text: mark } }),
            session,
          )
          messagesOf(answer).forEach((one) => hear(number, one))
        },
        async close() {
          assert.equal((await send('DELETE', mcp, session)).status, 204)
        },
      }
    }

    const speakers = [await httpSse(), await streamable(), await (random(2) === 0 ? httpSse() : streamable())]

    const waiting = ({ calls }: Speaker) =>
      calls.filter(({ mark, cancelled }) => !cancelled && !heard.some(({ text }) => text === mark))
    const steps: ((at: number) => Promise<void>)[] = [
      // A call, with an id that every session uses.
      ...Array.from({ length: 4 }, () => async (at: number) => {
        const speaker = speakers[at]!
        const free = [1, '1', 2, 'x'].filter((one) => waiting(speaker).every((call) => call.id !== one))
        if (free.length === 0) return
        const call: Call = {
          id: free[random(free.length)]!,
          mark: `mark ${all.length}`,
          released: false,
          cancelled: false,
        }
        const run = { open: () => {} } as Run
        run.begun = new Promise((resolve) => (run.begin = resolve))
        run.over = new Promise((resolve) => (run.end = resolve))
        runs.set(call.mark, run)
        all.push({ call, by: speaker.number, closed: false })
        speaker.calls.push(call)
        speaker.start(call)
        await run.begun
      }),
      // The tool of one call is done.
      ...Array.from({ length: 3 }, () => async (at: number) => {
        const open = waiting(speakers[at]!).filter(({ released }) => !released)
        const call = open[random(open.length || 1)]
        if (!call) return
        call.released = true
        runs.get(call.mark)!.open()
      }),
      async (at) => {
        const open = waiting(speakers[at]!)
        const call = open[random(open.length || 1)]
        if (!call) return
        call.cancelled = true
        await speakers[at]!.notify('notifications/cancelled', { requestId: call.id })
      },
      async (at) => {
        const open = waiting(speakers[at]!)
        const call = open[random(open.length || 1)]
        if (call) await speakers[at]!.lose(call)
      },
      async (at) => {
        const call = speakers[at]!.calls.find(({ lostAfter }) => lostAfter !== undefined)
        if (call) await speakers[at]!.resume(call)
      },
      async (at) => {
        if (random(4) > 0) return
        const speaker = speakers[at]!
        for (const each of all) if (each.by === speaker.number) each.closed = true
        await speaker.close()
        speakers[at] = await (speaker.isStreamable ? streamable() : httpSse())
      },
    ]
    for (let n = 0; n < 300; n++) {
      // Some of the sessions do something at the same time.
      const busy = [0, 1, 2].filter(() => random(2) === 0)
      await Promise.all(busy.map((at) => steps[random(steps.length)]!(at)))
    }

    for (const speaker of speakers)
      for (const call of speaker.calls) {
        await speaker.resume(call)
        call.released ||= !call.cancelled
        runs.get(call.mark)!.open()
        if (!call.cancelled) await untilHeard(call.mark)
      }
    for (const speaker of speakers) await speaker.ping(`last of ${speaker.number}`)
    for (const { call, by, closed } of all) {
      const answers = heard.filter(({ text }) => text === call.mark)
      for (const answer of answers) assert.deepEqual([answer.by, answer.id], [by, call.id], call.mark)
      const [least, most] = [call.cancelled || closed ? 0 : 1, call.released ? 1 : 0]
      assert.ok(answers.length >= least && answers.length <= most, `${call.mark}: ${answers.length} answers`)
      // The work ends too: with the answer, or because nobody waits for it.
      const late = AbortSignal.timeout(60_000)
      const how = await Promise.race([runs.get(call.mark)!.over, once(late, 'abort').then(() => 'still at work')])
      if (!call.released) assert.equal(how, 'aborted', call.mark)
      assert.notEqual(how, 'still at work', call.mark)
    }
    assert.equal(
      heard.length,
      all.filter(({ call }) => heard.some(({ text }) => text === call.mark)).length + 3,
      'and nothing else',
    )
    for (const speaker of speakers) await speaker.close()
    return all
  }
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => void (await walk(seed))),
    { numRuns: 4, endOnFailure: true },
  )
  assert.deepEqual(unexpected(), [])
})
