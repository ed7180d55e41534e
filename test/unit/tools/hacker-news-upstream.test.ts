// What the tool does when Hacker News does badly, and how little it asks of it when all is well.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
import { after, test, type TestContext } from 'node:test'
import timers from 'node:timers/promises'
import type { Tool } from '../../../src/mcp/index.ts'
import { createHackerNews } from '../../../src/tools/hacker-news.ts'
import type { HackerNewsOptions } from '../../../src/tools/hacker-news-options.ts'
import { createSlots } from '../../../src/upstream/slots.ts'
import {
  closeStandIns,
  newCall,
  quiet,
  startStandIn,
  storiesIn,
  story,
  textsOf,
  type Fault,
  type StandIn,
  type StandInOptions,
} from '../../support/hacker-news-stand-in.ts'
import { closedGate } from '../../support/gate.ts'

after(closeStandIns)
const warnings: Error[] = []
process.on('warning', (warning) => warnings.push(warning))

const FAILED = {
  name: 'ToolError',
  message: 'Hacker News gave no usable answer. Please try again in a minute.',
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const idsIn = (returned: Parameters<typeof storiesIn>[0]) => storiesIn(returned).map(({ id }) => id)

/** A stand-in and the tool that asks it. */
async function start(standInOptions: StandInOptions = {}, options: HackerNewsOptions = {}) {
  const standIn = await startStandIn(standInOptions)
  const { entries, log } = quiet()
  const tool = createHackerNews({ baseUrl: standIn.url, log, backoffMs: 1, ...options })
  return { standIn, entries, tool }
}

const run = async (tool: Tool, amount = 4, call = newCall(), type = 'topstories') => tool.run({ type, amount }, call)

/** Puts a timer of between `least` and `most` milliseconds into our hands: its time is up when we say so. */
function holdTimer(t: TestContext, least: number, most: number): { elapse(): void } {
  const real = globalThis.setTimeout
  let elapse = () => assert.fail(`no timer of ${least} to ${most} ms`)
  t.mock.method(globalThis, 'setTimeout', ((callback: () => void, ms?: number, ...rest: []) => {
    if (ms === undefined || ms < least || ms > most) return real(callback, ms, ...rest)
    elapse = callback as () => never
    return real(() => {}, 0)
  }) as unknown as typeof setTimeout)
  return { elapse: () => elapse() }
}

/** Writes down how long the tool means to wait between two tries; it does not wait. */
function recordWaits(t: TestContext): number[] {
  const waits: number[] = []
  t.mock.method(timers, 'setTimeout', async (ms: number) => void waits.push(ms))
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  return waits
}

/** Time for one request too many to arrive: others, sent later, are there and back. */
async function roundTrips(): Promise<void> {
  const other = await startStandIn()
  for (let trip = 0; trip < 10; trip++) await (await fetch(`${other.url}/topstories.json`)).json()
  await other.close()
}

const times = (standIn: StandIn, path: string) => standIn.requests.filter((asked) => asked === path).length

// Milliseconds; for what would wait for ever if it failed.
const BOUNDED = { timeout: 60_000 }
// So that only a cancel can end it in that time.
const PATIENT = { requestMs: 600_000 }

// What must end like "no answer", whatever it is. Limits of the time are shortened where the answer never ends.
const SHORT = { requestMs: 150 }
const BAD: [string, Fault, HackerNewsOptions?][] = [
  ['status 500', { status: 500 }],
  ['status 404', { status: 404 }],
  ['status 204', { status: 204 }],
  ['a redirect to a cloud metadata address', { status: 302, headers: { Location: 'http://169.254.169.254/' } }],
  ['a reset before the head', 'reset before head'],
  ['a reset after the head', 'reset after head'],
  ['half a body', 'half a body'],
  ['a drip', 'drip', SHORT],
  ['no answer', 'never', SHORT],
  ['10 MiB', '10 MiB'],
  ['a body without an end', 'endless'],
  ['status 500 with a body without an end', 'endless 500'],
  ['no JSON', { text: '{"id":' }],
  ['nothing', { text: '' }],
  // The title of what else would be a good story.
  ['bytes that are no UTF-8', { text: Buffer.from('{"id":2,"title":"\xff","type":"story"}', 'latin1') }],
  ['HTML with 200', { text: '<!doctype html><title>Sign in</title>', type: 'text/html' }],
  ['JSON that says it is HTML', { text: '[1]', type: 'text/html' }],
  ['JSON nested 100,000 deep', { text: '['.repeat(100_000) + ']'.repeat(100_000) }],
  ['a string', { json: 'x' }],
  ['a number', { json: 7 }],
  ['an empty object', { json: {} }],
  ['a list of something else', { json: ['a', {}] }],
  ['another item', { json: story(99) }],
]

for (const [what, fault, options] of BAD) {
  test(
    `T-75, T-76: ${what} instead of the list is an error for the model, the cause for the log`,
    BOUNDED,
    async () => {
      const { standIn, entries, tool } = await start({ fault: () => fault }, options)
      await assert.rejects(run(tool), FAILED)
      await standIn.idle()
      await standIn.close()
      assert.deepEqual(standIn.requests, ['topstories'])
      assert.equal(entries.length, 1)
      assert.equal(entries[0]!.reason, 'hacker-news-failed')
      assert.ok(String(entries[0]!['cause']).length < 200)
    },
  )

  test(
    `T-75, T-76: ${what} instead of a story: the others come, in order, and the text says one is missing`,
    BOUNDED,
    async () => {
      const { standIn, entries, tool } = await start(
        { fault: (path) => (path === 'item/2' ? fault : undefined) },
        options,
      )
      const result = await run(tool)
      await standIn.idle()
      await standIn.close()
      assert.deepEqual(storiesIn(result), [story(1), story(3), story(4)])
      assert.equal(textsOf(result).at(-1), 'Of 4 stories: 1 missing (Hacker News gave no usable answer for them).')
      assert.equal(standIn.requests.length, 5)
      assert.deepEqual(
        entries.map(({ reason, missing }) => [reason, missing]),
        [['hacker-news-incomplete', 1]],
      )
    },
  )
}

test('T-75: all stories fail: an error for the model, not a snapshot, since there was a connection', async () => {
  const { standIn, entries, tool } = await start({
    fault: (path) => (path.startsWith('item') ? { status: 500 } : undefined),
  })
  await assert.rejects(run(tool), FAILED)
  await standIn.close()
  assert.match(String(entries[0]!['cause']), /500/)
})

test('T-70: a redirect is not followed, not even on the same host', async () => {
  const other = await startStandIn()
  const { standIn, tool } = await start({
    fault: () => ({ status: 307, headers: { Location: `${other.url}/topstories.json` } }),
  })
  await assert.rejects(run(tool), FAILED)
  await Promise.all([standIn.close(), other.close()])
  assert.deepEqual(other.requests, [])
  assert.deepEqual(standIn.requests, ['topstories'])
})

test('T-70: ids that are no positive integers never reach a URL', async () => {
  for (const id of ['../../v0/updates', 1.5, -1, 0, 1e21, null, '1', [1]]) {
    const { standIn, tool } = await start({ lists: { topstories: [1, id] } })
    await assert.rejects(run(tool), FAILED)
    await standIn.close()
    assert.deepEqual(standIn.requests, ['topstories'], JSON.stringify(id))
  }
})

test('T-70: an answer of 1 MiB is read, one byte more is not', async () => {
  const size = 1024 * 1024
  const padded = (bytes: number) => `[1${' '.repeat(bytes - 3)}]`
  for (const [bytes, fits] of [
    [size, true],
    [size + 1, false],
  ] as const) {
    const { standIn, tool } = await start({
      fault: (path) => (path === 'topstories' ? { text: padded(bytes) } : undefined),
    })
    if (fits) assert.deepEqual(idsIn(await run(tool)), [1])
    else await assert.rejects(run(tool), FAILED)
    await standIn.close()
  }
})

test('T-70, T-77: an item of 64 KiB is read, one longer is missing: of 2,000 that are kept the length is bounded too', async () => {
  const long = (length: number) => {
    const whole = { ...story(2), text: '' }
    return JSON.stringify({ ...whole, text: 'x'.repeat(length - JSON.stringify(whole).length) })
  }
  for (const [length, fits] of [
    [65_536, true],
    [65_537, false],
  ] as const) {
    const { standIn, tool, entries } = await start({
      fault: (path) => (path === 'item/2' ? { text: long(length) } : undefined),
    })
    const returned = await run(tool, 3)
    assert.deepEqual(idsIn(returned), fits ? [1, 2, 3] : [1, 3])
    assert.equal(
      textsOf(returned).some((text) => text.includes('1 missing')),
      !fits,
    )
    assert.deepEqual(
      entries.map(({ cause }) => cause),
      fits ? [] : ['Error: the item has more than 65536 characters'],
    )
    await standIn.close()
  }
})

test('T-71: shortly before the deadline the call returns what has arrived, and closes the rest', BOUNDED, async (t) => {
  const { standIn, tool } = await start({ fault: (path) => (path === 'item/3' ? 'never' : undefined) }, PATIENT)
  const shortlyBefore = holdTimer(t, 90_000, 100_000 - 250)
  const running = run(tool, 4, newCall({ deadline: Date.now() + 100_000 }))
  while (standIn.requests.length < 5) await roundTrips()
  await roundTrips()
  shortlyBefore.elapse()
  const result = await running
  assert.deepEqual(idsIn(result), [1, 2, 4])
  assert.match(textsOf(result).at(-1)!, /^Of 4 stories: 1 missing/)
  await standIn.idle()
  await standIn.close()
})

test('T-71: a list that does not come before the deadline is an error for the model', BOUNDED, async (t) => {
  const { standIn, tool } = await start({ fault: () => 'never' }, PATIENT)
  const shortlyBefore = holdTimer(t, 90_000, 100_000 - 250)
  const failing = assert.rejects(run(tool, 4, newCall({ deadline: Date.now() + 100_000 })), FAILED)
  while (standIn.requests.length < 1) await roundTrips()
  shortlyBefore.elapse()
  await failing
  await standIn.idle()
  await standIn.close()
})

test('T-71: a request that takes longer than 5 s is given up', BOUNDED, async (t) => {
  const { standIn, entries, tool } = await start({ fault: () => 'never' })
  const fiveSeconds = holdTimer(t, 5_000, 5_000)
  const failing = assert.rejects(run(tool), FAILED)
  while (standIn.requests.length < 1) await roundTrips()
  fiveSeconds.elapse()
  await failing
  await standIn.idle()
  await standIn.close()
  assert.match(String(entries[0]!['cause']), /in time/)
})

test('T-72: a call has at most 16 requests under way, and uses them', async () => {
  const gate = closedGate()
  const { standIn, tool } = await start({
    items: range(1, 50).map(story),
    fault: (path) => (path.startsWith('item') ? { after: gate.opened } : undefined),
  })
  const running = run(tool, 50)
  await standIn.arrived(1 + 16)
  await roundTrips()
  gate.open()
  assert.deepEqual(idsIn(await running), range(1, 50))
  await standIn.close()
  assert.equal(standIn.open.most, 16)
})

test('T-72: all calls together have at most 32 requests under way, and use them', async () => {
  const gate = closedGate()
  const { standIn, tool } = await start({
    items: range(1, 120).map(story),
    lists: { topstories: range(1, 40), newstories: range(41, 80), beststories: range(81, 120) },
    fault: (path) => (path.startsWith('item') ? { after: gate.opened } : undefined),
  })
  const running = ['topstories', 'newstories', 'beststories'].map((type) => run(tool, 40, newCall(), type))
  await standIn.arrived(3 + 32)
  await roundTrips()
  gate.open()
  assert.deepEqual((await Promise.all(running)).map(idsIn), [range(1, 40), range(41, 80), range(81, 120)])
  await standIn.close()
  assert.equal(standIn.open.most, 32)
})

test('T-72: 256 wait behind the 32, in their order; the next is refused as busy; who gives up makes room', async () => {
  const inSlot = createSlots(32, 256)
  const gate = closedGate()
  const began: number[] = []
  const giveUp = new AbortController()
  const nobody = () => new AbortController().signal
  const work = (at: number) => () => {
    began.push(at)
    return gate.opened
  }
  const jobs = range(1, 287).map((at) => inSlot(work(at), nobody()))
  const impatient = inSlot(work(288), giveUp.signal)
  await assert.rejects(inSlot(work(289), nobody()), { code: -32603, data: { reason: 'busy' } })
  giveUp.abort(new Error('enough'))
  await assert.rejects(impatient, /enough/)
  jobs.push(inSlot(work(290), nobody()))
  assert.deepEqual(began, range(1, 32))
  gate.open()
  await Promise.all(jobs)
  assert.deepEqual(began, [...range(1, 287), 290])
  await inSlot(async () => {}, nobody())
})

test('T-72: "busy" ends the whole call and what it has under way', BOUNDED, async () => {
  const { standIn, tool } = await start(
    { fault: (path) => (path.startsWith('item') ? 'never' : undefined) },
    { ...PATIENT, requests: 2, waiting: 1 },
  )
  await assert.rejects(run(tool), { code: -32603, data: { reason: 'busy' } })
  await roundTrips()
  await standIn.idle()
  await standIn.close()
})

test('T-72, T-77: "busy" is not remembered: what was refused comes as soon as there is room', async () => {
  const gate = closedGate()
  const { standIn, tool } = await start(
    { fault: (path) => (path === 'topstories' ? { after: gate.opened } : undefined) },
    { requests: 1, waiting: 0, requestsPerCall: 1 },
  )
  const first = run(tool)
  await standIn.arrived(1)
  await assert.rejects(run(tool, 4, newCall(), 'newstories'), { data: { reason: 'busy' } })
  gate.open()
  await first
  assert.deepEqual(idsIn(await run(tool, 4, newCall(), 'newstories')), [1, 2, 3, 4])
  await standIn.close()
})

for (const status of [429, 502, 503, 504])
  test(`T-73: status ${status} is tried again, at most twice`, async () => {
    const { standIn, tool } = await start({
      fault: (path, time) => (path === 'item/1' || (path === 'item/2' && time <= 2) ? { status } : undefined),
    })
    const result = await run(tool)
    await standIn.close()
    assert.deepEqual(idsIn(result), [2, 3, 4])
    assert.deepEqual(
      [1, 2, 3, 4].map((id) => times(standIn, `item/${id}`)),
      [3, 3, 1, 1],
    )
  })

test('T-73: a connection that does not come about is tried again, at most twice', async () => {
  let connections = 0
  const rude = net.createServer((socket) => {
    connections++
    socket.resetAndDestroy() // in the middle of the TLS handshake
  })
  await once(rude.listen(0, '127.0.0.1').unref(), 'listening')
  const baseUrl = `https://127.0.0.1:${(rude.address() as AddressInfo).port}`
  const tool = createHackerNews({ baseUrl, log: quiet().log, backoffMs: 1 })
  assert.match(textsOf(await run(tool)).at(-1)!, /snapshot/)
  rude.close()
  assert.equal(connections, 3)
})

test('T-73: Retry-After is honoured up to 2 s, as seconds and as a date; who asks for more is not asked again', async (t) => {
  const waits = recordWaits(t)
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()
  const cases = [
    [() => '1', 2, 1_000, 1_000],
    [() => inSeconds(2), 2, 1, 2_000], // cut to whole seconds, and some time passes on the way
    [() => '3', 1, 0, 0],
    [() => inSeconds(60), 1, 0, 0],
    [() => 'soon', 2, 0, 1],
  ] as const
  for (const [retryAfter, tries, least, most] of cases) {
    const { standIn, tool } = await start({
      items: [],
      fault: (_path, time) => (time === 1 ? { status: 503, headers: { 'Retry-After': retryAfter() } } : undefined),
    })
    await run(tool).catch(() => {})
    await standIn.close()
    assert.equal(standIn.requests.length, tries, String(retryAfter))
    const [waited = 0] = waits.splice(0)
    assert.ok(waited >= least && waited <= most, `${retryAfter}: ${waited} ms`)
  }
})

test('T-73: when all fails, trying again stops at ten and a tenth of the requests', async () => {
  const { standIn, tool } = await start({
    items: range(1, 200).map(story),
    fault: (path) => (path.startsWith('item') ? { status: 503 } : undefined),
  })
  await assert.rejects(run(tool, 200), FAILED)
  await standIn.close()
  const again = standIn.requests.length - 201
  assert.ok(again >= 10 && again <= 10 + 20, `${again} tries more`)
})

test('T-73: after a cancel nothing is tried again', async () => {
  const { standIn, tool } = await start({
    fault: (path, time) =>
      time === 1 && !path.startsWith('item') ? { status: 503, headers: { 'Retry-After': '1' } } : undefined,
  })
  const cancel = new AbortController()
  const cancelled = run(tool, 4, newCall({ signal: cancel.signal }))
  await standIn.arrived(1)
  cancel.abort(new Error('cancelled'))
  await assert.rejects(cancelled)
  // Waits just as long before its second try, so the first one's would have come by then.
  assert.equal(idsIn(await run(tool, 4, newCall(), 'newstories')).length, 4)
  await standIn.close()
  assert.equal(times(standIn, 'topstories'), 1)
})

test('T-74: what is deleted, dead or no story is skipped, and the text says how many; jobs and polls are stories', async () => {
  const items = [
    story(1),
    { ...story(2), dead: true },
    { ...story(3), deleted: true },
    { ...story(4), type: 'comment' },
    { ...story(5), type: 'pollopt' },
    { id: 6, type: 'story' },
    { ...story(7), type: undefined },
    { ...story(8), type: 'job' },
    { ...story(9), type: 'poll' },
  ]
  const { standIn, entries, tool } = await start({ items, lists: { topstories: range(1, 10) } })
  const result = await run(tool, 10)
  await standIn.close()
  assert.deepEqual(idsIn(result), [1, 8, 9])
  assert.equal(textsOf(result).at(-1), 'Of 10 stories: 7 skipped (deleted, dead or no story).')
  assert.deepEqual(entries, [], 'nothing went wrong')
})

test('T-74: skipped and missing ones are counted apart', async () => {
  const { standIn, tool } = await start({
    fault: (path) => (path === 'item/1' ? { json: null } : path === 'item/3' ? { status: 500 } : undefined),
  })
  assert.equal(
    textsOf(await run(tool)).at(-1),
    'Of 4 stories: 1 skipped (deleted, dead or no story), 1 missing (Hacker News gave no usable answer for them).',
  )
  await standIn.close()
})

test('T-74: an empty list is an answer', async () => {
  const { standIn, tool } = await start({ items: [] })
  assert.deepEqual(textsOf(await run(tool)), ['Hacker News lists no stories at the moment.'])
  await standIn.close()
})

test('T-74: the order is that of the list, not of arrival', async () => {
  const first = closedGate()
  const { standIn, tool } = await start({
    lists: { topstories: [3, 1, 4, 2] },
    fault: (path) => (path === 'item/3' ? { after: first.opened } : undefined),
  })
  const running = run(tool)
  await standIn.arrived(5)
  first.open()
  assert.deepEqual(idsIn(await running), [3, 1, 4, 2])
  await standIn.close()
})

test('T-77: 500 stories cost 501 requests, and a second call one, for the list', async () => {
  const { standIn, tool } = await start({ items: range(1, 500).map(story) })
  const progress: [number, number | undefined][] = []
  const call = newCall({ progress: (done, total) => progress.push([done, total]) })
  assert.deepEqual(idsIn(await run(tool, 500, call)), range(1, 500))
  assert.equal(standIn.requests.length, 501)
  assert.equal(idsIn(await run(tool, 500)).length, 500)
  assert.equal(standIn.requests.length, 502)
  await standIn.close()
  assert.deepEqual(
    progress,
    range(1, 10).map((tenth) => [tenth * 50, 500]),
  )
})

test('T-77: an item is kept for 60 s, what is none too', async () => {
  let time = 0
  const { standIn, tool } = await start(
    { fault: (path) => (path === 'item/2' ? { json: null } : undefined) },
    { now: () => time },
  )
  for (const [at, asked] of [
    [0, 1],
    [59_999, 1],
    [60_000, 2],
  ] as const) {
    time = at
    await run(tool, 2)
    assert.deepEqual([times(standIn, 'item/1'), times(standIn, 'item/2')], [asked, asked], `after ${at} ms`)
  }
  await standIn.close()
})

test('T-77: a failure is kept for 1 s', async () => {
  let time = 0
  const { standIn, tool } = await start(
    { fault: (path) => (path === 'item/1' ? { status: 500 } : undefined) },
    { now: () => time },
  )
  for (const [at, asked] of [
    [0, 1],
    [999, 1],
    [1_000, 2],
  ] as const) {
    time = at
    await run(tool)
    assert.equal(times(standIn, 'item/1'), asked, `after ${at} ms`)
  }
  await standIn.close()
})

test('T-77: no more than the set number of items is kept; the oldest go first', async () => {
  const { standIn, tool } = await start({}, { keptItems: 3, requestsPerCall: 1 })
  await run(tool, 4)
  await run(tool, 4, newCall(), 'newstories')
  await standIn.close()
  assert.equal(times(standIn, 'item/1'), 2)
})

test('T-77: calls at the same time share their requests; one that is cancelled does not take them from the others', async () => {
  const gate = closedGate()
  const { standIn, tool } = await start({ fault: () => ({ after: gate.opened }) })
  const cancel = new AbortController()
  const cancelled = run(tool, 4, newCall({ signal: cancel.signal }))
  const others = [run(tool, 4), run(tool, 2)]
  await standIn.arrived(1)
  cancel.abort(new Error('cancelled'))
  await assert.rejects(cancelled)
  gate.open()
  assert.deepEqual((await Promise.all(others)).map(idsIn), [
    [1, 2, 3, 4],
    [1, 2],
  ])
  await standIn.close()
  assert.deepEqual(standIn.requests.toSorted(), ['item/1', 'item/2', 'item/3', 'item/4', 'topstories'])
})

test(
  'T-77: a shared story goes on when one of two calls is cancelled, and is closed when both are',
  BOUNDED,
  async () => {
    const { standIn, tool } = await start(
      {
        fault: (path, time) => (path === 'item/1' && time === 1 ? 'never' : undefined),
      },
      PATIENT,
    )
    const cancels = [new AbortController(), new AbortController()]
    const both = cancels.map(({ signal }) => run(tool, 1, newCall({ signal })))
    await standIn.arrived(2)
    cancels[0]!.abort(new Error('cancelled'))
    await assert.rejects(both[0]!)
    assert.equal(standIn.open.now, 1)
    cancels[1]!.abort(new Error('cancelled'))
    await assert.rejects(both[1]!)
    await standIn.idle()
    // A cancel is no failure to be remembered.
    assert.deepEqual(idsIn(await run(tool, 1)), [1])
    await standIn.close()
  },
)

test('a call that was cancelled before it began asks nothing', async () => {
  const { standIn, tool } = await start()
  await assert.rejects(run(tool, 4, newCall({ signal: AbortSignal.abort(new Error('cancelled')) })))
  await standIn.close()
  assert.deepEqual(standIn.requests, [])
})

test('T-78: markup and control characters of a title stay data: escaped in the JSON, nothing lost', async () => {
  const title = '<script>alert(1)</script>\u0000\u001b[2J\r\n\tevent: x\n\n\u2028\ud800'
  const item = { ...story(1), title }
  const { standIn, tool } = await start({ items: [item] })
  const texts = textsOf(await run(tool))
  await standIn.close()
  assert.equal(texts.length, 1)
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(texts[0]!, /[\u0000-\u001f]/)
  assert.equal(texts[0], JSON.stringify(item))
})

test('nothing of all this made Node warn', () => {
  assert.deepEqual(warnings, [])
})

test('connections are used again: 40 requests in a row need one', async () => {
  let connections = 0
  const ids = range(1, 40)
  const server = createServer((request, response) => {
    const id = Number(/item\/(\d+)/.exec(request.url!)?.[1])
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(id ? story(id) : ids))
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1').unref(), 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tool = createHackerNews({ baseUrl, requestsPerCall: 1 })
  assert.deepEqual(idsIn(await run(tool, 40)), ids)
  server.close()
  server.closeAllConnections()
  assert.equal(connections, 1)
})
