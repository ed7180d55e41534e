// The protocol between nodes (docs/cluster.md) as two small models, of which every interleaving is looked at, up to the
// bounds that stand at each. And mistakes that are planted in them, each of which must be found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore, type Model } from './explore.ts'

// The first model: the stream of one call. The node `a` runs it, and sends two events, the second of which is the
// response. The engine has the log: entries by number, and perhaps its end. The client loses its connection, comes back
// at `b` or at `c`, and both may do what the node of a lost call's stream does. `a` may be held up for so long that it
// counts as dead, and go on; or it is killed. What nodes tell each other of ("there is more") is left out, for it may
// always be lost: a node that carries the stream looks every second.

interface Call {
  /** What `a` has sent: 0, 1 or 2 events. What it has not written yet, in order. */
  sent: number
  unwritten: number[]
  a: 'alive' | 'held up' | 'dead'
  /** How often it may still be held up; how often the client may still lose its connection. */
  holds: number
  cuts: number
  /** The log: what stands at 1, 2, … */
  log: string[]
  isEnded: boolean
  /** Where the client reads, and the number of the last event that it got. Of what it got: the outcomes. */
  at: 'a' | 'b' | 'c' | 'nowhere'
  last: number
  outcomes: string[]
  gaps: number
  /** A node that carries the stream has found `a` dead, and has read the log up to here. */
  closing: { b: number; c: number }
}

const EVENTS = ['progress', 'answer']

interface Mistakes {
  /** The log is not ended by whoever writes the error. */
  noEnd?: boolean
  /** An entry is added at the end, wherever that is, and not at its number. */
  noNumbers?: boolean
}

function callModel(mistakes: Mistakes = {}): Model<Call> {
  /** Adds entries to the log, by their numbers, as one step. */
  function append(state: Call, entries: [number, string][], ends: boolean): Call {
    if (state.isEnded) return state
    const log = [...state.log]
    for (const [number, entry] of entries) {
      if (!mistakes.noNumbers && number !== log.length + 1) return state
      log.push(entry)
    }
    return { ...state, log, isEnded: ends }
  }

  /** The client gets the events of the log after its last. */
  function read(state: Call): Call {
    const events = state.log.slice(state.last)
    const outcomes = events.filter((event) => event !== 'progress')
    const isOver = state.isEnded || outcomes.length > 0
    return {
      ...state,
      last: state.last + events.length,
      outcomes: [...state.outcomes, ...outcomes],
      ...(isOver && { at: 'nowhere' as const }),
    }
  }

  const hasOutcome = ({ outcomes }: Call) => outcomes.length > 0

  return {
    initial: {
      sent: 0,
      unwritten: [],
      a: 'alive',
      holds: 1,
      cuts: 2,
      log: [],
      isEnded: false,
      at: 'a',
      last: 0,
      outcomes: [],
      gaps: 0,
      closing: { b: -1, c: -1 },
    },
    steps(state) {
      const next: [string, Call][] = []
      const { sent, unwritten, a, holds, cuts, at, last, closing } = state
      if (a === 'alive' && sent < EVENTS.length) {
        // It reaches a client that reads here at once, and the log later.
        const outcome = EVENTS[sent] === 'answer' ? ['answer'] : []
        const isHere = at === 'a' && last === sent
        next.push([
          'a sends',
          {
            ...state,
            sent: sent + 1,
            unwritten: [...unwritten, sent + 1],
            ...(isHere && { last: last + 1, outcomes: [...state.outcomes, ...outcome] }),
            ...(isHere && outcome.length > 0 && { at: 'nowhere' as const }),
          },
        ])
      }
      // What was sent to the engine arrives also when the node does not live to see it, or not at all.
      if (unwritten.length > 0) {
        const [number, ...more] = unwritten as [number, ...number[]]
        const entry = EVENTS[number - 1]!
        next.push(['it is written', { ...append(state, [[number, entry]], false), unwritten: more }])
        if (a === 'dead') next.push(['it is lost', { ...state, unwritten: [] }])
      }
      if (a === 'alive') {
        next.push(['a is killed', { ...state, a: 'dead', ...(at === 'a' && { at: 'nowhere' as const }) }])
        if (holds > 0) next.push(['a is held up', { ...state, a: 'held up', holds: holds - 1 }])
      }
      if (a === 'held up') next.push(['a goes on', { ...state, a: 'alive' }])
      if (at !== 'nowhere' && cuts > 0) next.push(['cut', { ...state, at: 'nowhere', cuts: cuts - 1 }])
      if (at === 'nowhere' && !hasOutcome(state))
        for (const node of ['b', 'c'] as const) {
          // It got an event that the engine has not: it is refused (400), and so has its one error.
          const isRefused = state.log.length < last
          next.push([`to ${node}`, isRefused ? { ...state, outcomes: ['refused'] } : { ...state, at: node }])
        }
      for (const node of ['b', 'c'] as const) {
        if (at === node && (state.log.length > last || state.isEnded)) next.push([`${node} reads`, read(state)])
        // Whoever carries the stream, or carried it when it looked, ends it in the place of a dead node.
        if (at === node && a !== 'alive' && !state.isEnded && closing[node] < 0 && state.log.length === last)
          next.push([`${node} finds a dead`, { ...state, closing: { ...closing, [node]: state.log.length } }])
        if (closing[node] >= 0) {
          const answered = state.log.slice(0, closing[node]).includes('answer')
          const entries: [number, string][] = answered ? [] : [[closing[node] + 1, 'error']]
          next.push([
            `${node} ends it`,
            { ...append(state, entries, !mistakes.noEnd), closing: { ...closing, [node]: -1 } },
          ])
        }
      }
      return next
    },
    wrong({ outcomes, log }) {
      if (outcomes.length > 1) return `the client got ${outcomes.join(' and ')}`
      if (log.filter((entry) => entry !== 'progress').length > 1) return `the log has ${log.join(', ')}`
      return undefined
    },
    wrongAtEnd: (state) => (hasOutcome(state) ? undefined : 'the client got nothing'),
  }
}

test('of a call, every interleaving of two cuts, a node held up and a kill ends in one answer or one error', () => {
  const { states, ends, found } = explore(callModel())
  assert.equal(found, undefined)
  assert.ok(states > 500 && ends > 3, `${states} states, ${ends} ends`)
})

for (const mistake of ['noEnd', 'noNumbers'] as const)
  test(`a mistake in it is found: ${mistake}`, () => {
    assert.match(explore(callModel({ [mistake]: true })).found ?? '', /the (client got|log has) .*(and|,)/)
  })

// The second model: the record of a session. The client has it subscribe, set its level, and end, each once, at whichever
// of two nodes; nodes forget their copies and make them again, in two steps: they read the record, and then have it; the
// record is refreshed; the engine comes back empty once, at a time when all was heard. What one node writes it tells the
// other, which hears it in that order. Once it cannot write a subscription: the client is told so, and tries again.
// (That the node forgets the session between the two, after it wrote the whole record into an empty engine, is left out:
// then the other node, if it has read the record before all that, does not hear of the subscription.)

interface Record_ {
  engine: { level: string; sub: boolean; closed: boolean } | undefined
  /** The copies: undefined, the node has none. */
  copies: { a: Copy; b: Copy }
  /** What each has yet to hear. */
  heard: { a: Delta[]; b: Delta[] }
  /** What a node has read of the record, and has not made a copy of yet. */
  reading: { a: Copy; b: Copy }
  /** The node whose copy has the subscription, but could not write it. */
  unsaved: 'a' | 'b' | null
  /** What the client has yet to do. */
  todo: string[]
  fails: number
  empties: number
  forgets: number
  refreshes: number
  isClosed: boolean
}
type Copy = { level: string; sub: boolean } | null
type Delta = ['level', string] | ['sub', boolean] | ['closed', true]

interface RecordMistakes {
  /** A change writes the whole record, as the node has it. */
  whole?: boolean
  /** A session that was closed leaves nothing in the engine. */
  noTombstone?: boolean
  /** A node that changes a record does not tell. */
  silent?: boolean
  /** A node does not remember what it could not write. */
  careless?: boolean
  /** What a node hears while it reads the record is not for what it reads. */
  deaf?: boolean
}

const other = (node: 'a' | 'b') => (node === 'a' ? 'b' : 'a')

function recordModel(mistakes: RecordMistakes = {}): Model<Record_> {
  const start = { level: 'info', sub: false }

  /** One node writes a change, and tells the other. */
  function change(state: Record_, node: 'a' | 'b', delta: Delta): Record_ {
    const copy = state.copies[node]
    if (!copy) return state
    const own = { ...copy, [delta[0]]: delta[1] }
    const isClosed = state.engine?.closed === true
    const base = state.engine ?? { ...own, closed: false }
    const engine = isClosed
      ? state.engine
      : mistakes.whole
        ? { ...own, closed: false }
        : { ...base, [delta[0]]: delta[1] }
    const to = other(node)
    const heard = mistakes.silent ? state.heard : { ...state.heard, [to]: [...state.heard[to], delta] }
    return { ...state, engine: engine as Record_['engine'], heard, copies: { ...state.copies, [node]: own } }
  }

  return {
    initial: {
      engine: { ...start, closed: false },
      copies: { a: start, b: null },
      heard: { a: [], b: [] },
      reading: { a: null, b: null },
      unsaved: null,
      todo: ['level', 'sub', 'close'],
      fails: 1,
      empties: 1,
      forgets: 1,
      refreshes: 2,
      isClosed: false,
    },
    steps(state) {
      const next: [string, Record_][] = []
      const { engine, copies, heard, reading, unsaved, todo, fails, empties, forgets, refreshes } = state
      for (const node of ['a', 'b'] as const) {
        const copy = copies[node]
        const read = reading[node]
        if (!copy && !read && engine && !engine.closed)
          next.push([
            `${node} reads`,
            { ...state, reading: { ...reading, [node]: { level: engine.level, sub: engine.sub } } },
          ])
        if (read)
          next.push([
            `${node} has it`,
            { ...state, reading: { ...reading, [node]: null }, copies: { ...copies, [node]: read } },
          ])
        if (copy && forgets > 0 && unsaved !== node)
          next.push([`${node} forgets`, { ...state, forgets: forgets - 1, copies: { ...copies, [node]: null } }])
        if (copy && todo.includes('level'))
          next.push([
            `level at ${node}`,
            { ...change(state, node, ['level', 'debug']), todo: todo.filter((one) => one !== 'level') },
          ])
        if (copy && todo.includes('sub')) {
          // What is so already is not written, unless it could not be before.
          const isKnown = copy.sub && unsaved !== node
          const after = isKnown ? state : change({ ...state, unsaved: null }, node, ['sub', true])
          next.push([`sub at ${node}`, { ...after, todo: todo.filter((one) => one !== 'sub') }])
          if (fails > 0)
            next.push([
              `sub at ${node} fails`,
              {
                ...state,
                fails: fails - 1,
                copies: { ...copies, [node]: { ...copy, sub: true } },
                unsaved: mistakes.careless ? null : node,
              },
            ])
        }
        if (copy && todo.includes('close')) {
          const to = other(node)
          next.push([
            `close at ${node}`,
            {
              ...state,
              isClosed: true,
              todo: [],
              engine: mistakes.noTombstone ? undefined : { level: '', sub: false, closed: true },
              copies: { ...copies, [node]: null },
              heard: { ...heard, [to]: [...heard[to], ['closed', true]] },
            },
          ])
        }
        // A refresh writes the record again where there is none, and ends the copy where it was closed.
        if (copy && refreshes > 0) {
          const after = engine?.closed
            ? { copies: { ...copies, [node]: null } }
            : engine
              ? {}
              : { engine: { level: copy.level, sub: copy.sub, closed: false } }
          next.push([`${node} refreshes`, { ...state, refreshes: refreshes - 1, ...after }])
        }
        if (heard[node].length > 0) {
          const [delta, ...more] = heard[node] as [Delta, ...Delta[]]
          const hears = (one: Copy): Copy => (!one || delta[0] === 'closed' ? null : { ...one, [delta[0]]: delta[1] })
          next.push([
            `${node} hears`,
            {
              ...state,
              heard: { ...heard, [node]: more },
              copies: { ...copies, [node]: hears(copy) },
              ...(!mistakes.deaf && { reading: { ...reading, [node]: hears(read) } }),
            },
          ])
        }
      }
      if (empties > 0 && engine && !engine.closed && heard.a.length + heard.b.length === 0)
        next.push(['the engine is empty', { ...state, empties: empties - 1, engine: undefined }])
      return next
    },
    wrong({ engine, copies, heard, isClosed, todo, fails }) {
      if (heard.a.length + heard.b.length > 0) return undefined // not all was heard yet
      if (isClosed && engine && !engine.closed) return 'a session that was ended is there again'
      if (isClosed) return copies.a || copies.b ? 'a node has a session that was ended' : undefined
      const level = todo.includes('level') ? 'info' : 'debug'
      const sub = !todo.includes('sub')
      const fits = (one: { sub: boolean }) => one.sub === sub || (!sub && fails === 0) // it was tried
      for (const one of [engine, copies.a, copies.b])
        if (one && (one.level !== level || !fits(one))) return `a change is lost (${JSON.stringify(one)})`
      return undefined
    },
    wrongAtEnd: () => undefined,
  }
}

test('of a record, every interleaving of changes at two nodes, an end, forgetting and an empty engine keeps what was written', () => {
  const { states, found } = explore(recordModel())
  assert.equal(found, undefined)
  assert.ok(states > 500, `${states} states`)
})

for (const mistake of ['whole', 'noTombstone', 'silent', 'deaf', 'careless'] as const)
  test(`a mistake in it is found: ${mistake}`, () => {
    assert.match(explore(recordModel({ [mistake]: true })).found ?? '', /a change is lost|ended/)
  })
