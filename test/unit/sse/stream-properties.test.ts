// The stream, for any schedule of what is sent and what the reader takes.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { DROPPABLE, encodeEvent, openStream, type CoalesceKey } from '../../../src/sse/index.ts'

fc.configureGlobal({ includeErrorInReport: true })

const HIGH_WATER_MARK = 64

/** A response whose reader takes what the test says, and which knows what must not be done to it. */
class FakeResponse extends EventEmitter {
  writableEnded = false
  destroyed = false
  waiting = ''
  taken = ''
  needsDrain = false
  #isClosed = false

  get writableLength() {
    return Buffer.byteLength(this.waiting)
  }
  writeHead() {}
  flushHeaders() {}
  write(text: string) {
    assert.ok(!this.writableEnded && !this.destroyed, 'written after the end')
    this.waiting += text
    this.needsDrain ||= this.writableLength >= HIGH_WATER_MARK
    return this.writableLength < HIGH_WATER_MARK
  }
  end(text = '') {
    assert.ok(!this.writableEnded && !this.destroyed, 'ended after the end')
    this.waiting += text
    this.writableEnded = true
  }
  destroy() {
    this.destroyed = true
  }
  take(count: number) {
    if (this.destroyed) return
    this.taken += this.waiting.slice(0, count)
    this.waiting = this.waiting.slice(count)
    if (this.waiting !== '' || !this.needsDrain) return
    this.needsDrain = false
    this.emit('drain')
  }
  /** Node tells of the end later than it comes. */
  settle() {
    if (this.#isClosed || !(this.destroyed || (this.writableEnded && this.waiting === ''))) return
    this.#isClosed = true
    this.destroyed = true
    this.emit('close')
  }
}

const streamStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      size: fc.nat(90),
      name: fc.constantFrom(undefined, undefined, 'a', 'b', DROPPABLE),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), size: fc.constantFrom(1, 30, 100, 1_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'break' as const) }) },
)

test('12. for any schedule the stream never writes after the end, and what waits stays within its bound', () => {
  fc.assert(
    fc.property(fc.array(streamStep, { maxLength: 60 }), fc.constantFrom(100, 200, 400), (steps, maxUnreadBytes) => {
      const timers = new Map<object, () => void>()
      const set = mock.method(globalThis, 'setInterval', (run: () => void) => {
        const timer = { unref: () => timer }
        timers.set(timer, run)
        return timer
      })
      const clear = mock.method(globalThis, 'clearInterval', (timer: object) => void timers.delete(timer))
      try {
        const response = new FakeResponse()
        let ticks = 0 // without a byte taken
        let isCut = false
        const stream = openStream(response as unknown as ServerResponse, {
          maxUnreadBytes,
          keepAliveMs: 7,
          onCut(unread) {
            isCut = true
            assert.ok(unread > maxUnreadBytes || ticks >= 3, `cut with ${unread} bytes unread, ${ticks} looks`)
          },
        })
        // What the reader must get, in order, and what waits for it under which name.
        const expected: string[] = []
        let waiting: { name: CoalesceKey | undefined; text: string }[] = []
        response.prependListener('drain', () => {
          if (response.writableEnded) return
          const texts = waiting.map(({ text }) => text).join('')
          expected.push(texts)
          waiting = []
        })
        for (const [n, each] of steps.entries()) {
          const wasOver = response.writableEnded || response.destroyed
          const isLagging = response.needsDrain
          if (each.kind === 'send') {
            const message = { data: `${n}${'é'.repeat(each.size)}` }
            const sent = stream.send(message, each.name)
            const text = encodeEvent(message)
            if (sent === 'closed') assert.ok(wasOver || isCut)
            else assert.ok(!wasOver)
            if (sent !== 'closed' && !isLagging) expected.push(text)
            if (sent === 'full' && isLagging && each.name !== DROPPABLE) {
              waiting = waiting.filter(({ name }) => name === undefined || name !== each.name)
              waiting.push({ name: each.name, text })
            }
            if (sent === 'sent') assert.ok(!isLagging)
            if (sent === 'full' && isLagging) {
              const bytes = Buffer.byteLength(waiting.map((one) => one.text).join(''))
              assert.ok(response.writableLength + bytes <= maxUnreadBytes, 'what waits is within its bound')
            }
            if (sent !== 'closed') assert.equal(sent === 'full', response.needsDrain)
          } else if (each.kind === 'take') {
            if (response.waiting !== '' && !response.destroyed) ticks = 0
            response.take(each.size)
          } else if (each.kind === 'tick') {
            ticks++
            for (const [timer, run] of timers) if (timers.has(timer)) run()
          } else if (each.kind === 'settle') response.settle()
          else if (each.kind === 'break') response.destroy()
          else {
            stream.close()
            assert.ok(response.writableEnded || response.destroyed)
            if (!wasOver) expected.push(...waiting.map(({ text }) => text))
            if (!wasOver) waiting = []
          }
          assert.equal(stream.closed.aborted, response.writableEnded || response.destroyed)
        }
        const isWhole = !response.destroyed
        while (response.waiting !== '' && !response.destroyed) response.take(50)
        if (isWhole) stream.close()
        while (response.waiting !== '' && !response.destroyed) response.take(50)
        if (isWhole) expected.push(...waiting.map(({ text }) => text))
        const taken = response.taken.replaceAll(': keep-alive\n\n', '')
        if (isWhole) assert.equal(taken, expected.join(''), 'every message once and in order')
        else
          assert.ok(
            expected.join('').startsWith(taken.replace(/\n?:[ a-z-]*\n?$/, '')),
            'and a prefix of it before a break',
          )
        response.destroy()
        response.settle()
        assert.deepEqual(timers.size, 0, 'no timer stays behind')
      } finally {
        set.mock.restore()
        clear.mock.restore()
      }
    }),
    { numRuns: 1000 },
  )
})
