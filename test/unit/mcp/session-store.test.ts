// Who stays and who goes when sessions are many or silent, by a clock that the tests move: T-48, R-SH-33.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { limitsFrom, type HttpLimits } from '../../../src/bounds/limits.ts'
import { createSessionStore } from '../../../src/mcp/transports/session-store.ts'
import { fakeSession, inFlight, NOBODY, rest, type FakeSession } from '../../support/fake-session.ts'
import { ResumableStream } from '../../../src/mcp/transports/resumable-stream.ts'
import { createEventStore } from '../../../src/sse/index.ts'

const SWEEP_MS = 10_000
const MINUTE = 60_000

// The test runner's own mock of setInterval does not stop a timer that is cleared while it runs.
function mockIntervals(t: TestContext) {
  const timers = new Map<object, { run: () => void; every: number; next: number }>()
  const clock = { now: 0 }
  t.mock.method(globalThis, 'setInterval', (run: () => void, every: number) => {
    const timer = { unref: () => timer }
    timers.set(timer, { run, every, next: clock.now + every })
    return timer
  })
  t.mock.method(globalThis, 'clearInterval', (timer: object) => void timers.delete(timer))
  return {
    clock,
    running: () => timers.size,
    pass(milliseconds: number) {
      const until = clock.now + milliseconds
      const due = () => [...timers.values()].filter(({ next }) => next <= until).toSorted((a, b) => a.next - b.next)[0]
      for (let timer = due(); timer; timer = due()) {
        clock.now = timer.next
        timer.next += timer.every
        timer.run()
      }
      clock.now = until
    },
  }
}

function start(t: TestContext, limits: Partial<HttpLimits> = {}) {
  const { clock, running, pass } = mockIntervals(t)
  const added = new Set<string>()
  const all = limitsFrom('createMcpHandler', { limits })
  const store = createSessionStore(
    all,
    () => fakeSession('new'),
    () => clock.now,
  )
  return {
    store,
    /** A new session; it has said more than its handshake unless told otherwise. */
    add(id: string, spoke = true): FakeSession {
      const session = fakeSession(id)
      assert.equal(store.add(session), true, id)
      added.add(id)
      if (spoke) store.touch(session)
      return session
    },
    ids: () => [...added].filter((id) => store.find(id, NOBODY)).toSorted(),
    pass,
    running,
  }
}

/** A request of the session that has no answer yet. */
function busy(session: FakeSession): { cancelled: boolean } {
  const request = inFlight()
  session.client.inFlight.add(request)
  return request
}

test('R-SH-33, T-48: a session that is silent for longer than sessionIdleMs is ended, not a moment before', (t) => {
  const { add, ids, pass } = start(t, { sessionIdleMs: 30 * MINUTE })
  const session = add('a')
  pass(30 * MINUTE)
  assert.deepEqual(ids(), ['a'])
  assert.equal(session.ended, 0)
  pass(SWEEP_MS)
  assert.deepEqual(ids(), [])
  assert.equal(session.ended, 1)
})

test('R-SH-33, T-48: one that never went beyond its handshake is ended after handshakeIdleMs', (t) => {
  const { add, ids, pass } = start(t, { sessionIdleMs: 30 * MINUTE, handshakeIdleMs: 30_000 })
  add('spoke')
  add('shook hands', false)
  pass(30_000)
  assert.deepEqual(ids(), ['spoke', 'shook hands'].toSorted())
  pass(SWEEP_MS)
  assert.deepEqual(ids(), ['spoke'])
})

test('whoever speaks begins a new time', (t) => {
  const { store, add, ids, pass } = start(t, { sessionIdleMs: MINUTE })
  const session = add('a')
  pass(50_000)
  store.touch(session)
  pass(MINUTE)
  assert.deepEqual(ids(), ['a'])
  pass(SWEEP_MS)
  assert.deepEqual(ids(), [])
})

test('T-48: a session with an open stream or a request under way is never swept, however long it is silent', (t) => {
  const { add, ids, pass } = start(t, { sessionIdleMs: MINUTE, handshakeIdleMs: MINUTE })
  const reading = add('reads')
  reading.open = true
  const working = add('works', false)
  const request = busy(working)
  pass(24 * 60 * MINUTE)
  assert.deepEqual(ids(), ['reads', 'works'].toSorted())
  assert.equal(request.cancelled, false)
  reading.open = false
  rest(working)
  pass(SWEEP_MS)
  assert.deepEqual(ids(), [])
})

test('without sessions nothing sweeps, and with the next one it begins again', (t) => {
  const { add, ids, pass, running } = start(t, { sessionIdleMs: MINUTE })
  add('first')
  assert.equal(running(), 1)
  pass(2 * MINUTE)
  assert.deepEqual([ids(), running()], [[], 0])
  add('second')
  assert.deepEqual([ids(), running()], [['second'], 1])
  pass(2 * MINUTE)
  assert.deepEqual(ids(), [])
})

test('T-48: room is made by those that never went beyond their handshake, then by the one idle longest', (t) => {
  const { store, add, ids } = start(t, { maxSessions: 4 })
  const [oldest] = [add('oldest'), add('shook hands', false), add('middle'), add('shook hands later', false)]
  store.touch(oldest)
  add('1')
  assert.deepEqual(ids(), ['middle', 'shook hands later', 'oldest', '1'].toSorted())
  add('2')
  assert.deepEqual(ids(), ['middle', 'oldest', '1', '2'].toSorted())
  add('3')
  assert.deepEqual(ids(), ['oldest', '1', '2', '3'].toSorted())
  add('4')
  assert.deepEqual(ids(), ['1', '2', '3', '4'].toSorted())
})

test('T-48: a session in use never makes room; where all are, there is none', (t) => {
  const { store, add, ids } = start(t, { maxSessions: 3 })
  const reading = add('reads', false)
  reading.open = true
  const request = busy(add('works', false))
  const idle = add('idle')
  add('new').open = true
  assert.deepEqual(ids(), ['reads', 'works', 'new'].toSorted())
  assert.equal(idle.ended, 1)
  assert.equal(store.add(fakeSession('one too many')), false)
  assert.deepEqual(ids(), ['reads', 'works', 'new'].toSorted())
  assert.deepEqual([reading.ended, request.cancelled], [0, false])
})

test('closing a session ends its streams and stops its work; closing all leaves none', (t) => {
  const { store, add, ids } = start(t)
  const session = add('a')
  const request = busy(session)
  const others = [add('b'), add('c')]
  store.close(session)
  assert.deepEqual([session.ended, request.cancelled], [1, true])
  assert.deepEqual(ids(), ['b', 'c'].toSorted())
  store.closeAll()
  assert.deepEqual(ids(), [])
  assert.ok(others.every(({ ended }) => ended === 1))
})

test('a stream that has ended holds no connection, however long its log is kept', () => {
  const log = createEventStore().open('1')
  const stream = new ResumableStream(log, false)
  let closes = 0
  const connection = {
    send: () => 'sent' as const,
    drained: async () => {},
    close: () => void closes++,
    drop: () => void closes++,
    closed: new AbortController().signal,
  }
  stream.attach(connection)
  stream.send('the answer')
  assert.equal(stream.isAttached(), true)
  stream.end()
  assert.deepEqual([stream.isAttached(), closes], [false, 1])

  // The same for one who comes back after the end.
  stream.attach(connection, log.missedSince('1.0'))
  assert.deepEqual([stream.isAttached(), closes], [false, 2])
})
