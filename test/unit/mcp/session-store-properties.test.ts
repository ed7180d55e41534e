// The session store, whatever happens to its sessions.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { limitsFrom } from '../../../src/bounds/limits.ts'
import { createSessionStore } from '../../../src/mcp/transports/session-store.ts'
import { fakeSession, inFlight, NOBODY, rest, type FakeSession } from '../../support/fake-session.ts'

fc.configureGlobal({ includeErrorInReport: true })

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), open: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('touch', 'open', 'shut', 'work', 'rest', 'close'), at: fc.nat(20) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 1_999, 2_001, 10_000, 31_000, 120_000),
    }),
  },
)

test('9. the session store is never above its cap, and never ends a session in use', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 60 }), (maxSessions, steps) => {
      let now = 0
      let sweep: (() => void) | undefined
      const set = mock.method(globalThis, 'setInterval', (run: () => void) => {
        sweep = run
        return { unref: () => ({}) }
      })
      const clear = mock.method(globalThis, 'clearInterval', () => void (sweep = undefined))
      try {
        const limits = limitsFrom('createMcpHandler', {
          limits: { maxSessions, sessionIdleMs: 60_000, handshakeIdleMs: 30_000 },
        })
        const store = createSessionStore(
          limits,
          () => fakeSession('new'),
          () => now,
        )
        const all: FakeSession[] = []
        const closed = new Set<FakeSession>() // by the client
        const live = () => all.filter((session) => store.find(session.id, NOBODY) === session)
        const inUse = (session: FakeSession) => session.open || session.client.inFlight.size > 0
        for (const each of steps) {
          const before = live()
          const used = before.filter(inUse)
          if (each.kind === 'add') {
            const session = fakeSession(`s${all.length}`)
            const added = store.add(session)
            assert.equal(added, before.length < maxSessions || used.length < before.length)
            session.open = each.open
            if (added) all.push(session)
            const gone = before.filter((one) => !live().includes(one))
            assert.equal(gone.length, added && before.length === maxSessions ? 1 : 0, 'one makes room, where it must')
            if (added) assert.ok(live().includes(session))
          } else if (each.kind === 'pass') {
            for (let left = each.ms; left > 0; left -= 10_000) {
              now += Math.min(left, 10_000)
              if (left >= 10_000) sweep?.()
            }
          } else {
            const session = before[(each as { at: number }).at % before.length]
            if (!session) continue
            if (each.kind === 'touch') store.touch(session)
            if (each.kind === 'open') session.open = true
            if (each.kind === 'shut') session.open = false
            if (each.kind === 'rest') rest(session)
            if (each.kind === 'work') session.client.inFlight.add(inFlight())
            if (each.kind === 'close') {
              closed.add(session)
              store.close(session)
            }
          }
          assert.ok(live().length <= maxSessions)
          for (const session of used) if (!closed.has(session)) assert.ok(live().includes(session), session.id)
          for (const session of all) {
            assert.equal(session.ended, live().includes(session) ? 0 : 1, 'ended once, when it is forgotten')
            if (session.ended)
              for (const request of session.client.inFlight) assert.ok((request as { cancelled?: boolean }).cancelled)
          }
          assert.equal(sweep !== undefined, live().length > 0 || (sweep !== undefined && closed.size > 0))
        }
        // What is silent for long enough goes, what is in use stays.
        const used = live().filter(inUse)
        now += 60_001
        sweep?.()
        assert.deepEqual(live(), used)
      } finally {
        set.mock.restore()
        clear.mock.restore()
      }
    }),
    { numRuns: 500 },
  )
})
