// The load: a process of its own, on the other core, told over IPC what to do. One group is what it does to one server.
import { setTimeout as sleep } from 'node:timers/promises'
import { BROADCAST, Pool, Session, TEXT } from './client.mjs'
import { Connection } from './connection.mjs'
import { cpuOf } from './machine.mjs'

const PATIENCE_MS = 15_000
const groups = new Map()
let nextId = 10_000_001 // over all groups, so that no late answer is taken for another

async function openSessions({ port, transport, count, how }) {
  const pool = new Pool(port, Math.min(32, count))
  const sessions = []
  let begun = 0
  const worker = async () => {
    while (begun++ < count) sessions.push(await new Session(port, transport).open(pool, how))
  }
  await Promise.race([Promise.all(Array.from({ length: Math.min(32, count) }, worker)), late()])
  pool.close()
  return sessions
}

const inOneLine = (text) => text.slice(0, 200).replaceAll(/\s+/g, ' ')

const late = async () => {
  await sleep(60_000, undefined, { ref: false })
  throw new Error('the sessions did not open within a minute')
}

/** A call is done when its answer is in, and over HTTP+SSE the POST's own 202 too. `done` gets what was wrong, if any. */
function callOnce({ session, connection, call }, hears, done) {
  const start = performance.now()
  const id = nextId++
  call.bytes.latin1Write(String(id), call.at)
  if (session.transport !== 'sse')
    return connection.send(call.bytes, (status, body) => {
      const wrong = hears(performance.now() - start, body)
      done(status === 200 ? wrong : `${status} ${body}`)
    })
  let [open, wrong] = [2, undefined]
  const part = (fault) => {
    wrong ??= fault
    if (--open === 0) done(wrong)
  }
  session.waiting.set(id, (event) => part(hears(performance.now() - start, event)))
  connection.send(call.bytes, (status, body) => {
    if (status === 202 || status === 200) return part()
    open = 1 // no event will come
    part(`${status} ${body}`)
  })
}

const DEEDS = {
  /** Sessions, each with some connections to call over at the same time: to the same server, or to that at `callPort`. */
  async open({ key, port, callPort = port, transport, sessions, atOnce, tool, args }) {
    const opened = await openSessions({ port, transport, count: sessions })
    const slots = []
    for (const session of opened)
      for (let n = 0; n < atOnce; n++) {
        const connection = new Connection(callPort)
        await connection.ready
        slots.push({ session, connection, call: session.callOf(tool, args) })
      }
    groups.set(key, { port: callPort, sessions: opened, slots })
  },

  /**
   * Calls for some milliseconds, or a number of times. Each reply must have `expected` in it, and at least
   * `leastLength` characters.
   */
  async run({ key, ms, calls = Infinity, pids, expected = TEXT, leastLength = 0 }) {
    const { port, slots } = groups.get(key)
    // Servers close what was idle for as long as the others had their turn.
    for (const slot of slots)
      if (slot.connection.dead) {
        slot.connection = new Connection(port)
        await slot.connection.ready
      }
    const times = []
    const errors = []
    const hears = (took, text) => {
      times.push(took)
      return text.includes(expected) && text.length >= leastLength ? undefined : `wrong reply: ${inOneLine(text)}`
    }
    const cpus = pids.map(cpuOf)
    const end = performance.now() + ms
    let [open, begun] = [slots.length, 0]
    const finished = new Promise((resolve) => {
      const next = (slot) => {
        if (performance.now() >= end || begun === calls || errors.length > 20)
          return --open === 0 ? resolve() : undefined
        begun++
        callOnce(slot, hears, (wrong) => {
          if (wrong) errors.push(wrong)
          next(slot)
        })
      }
      slots.forEach(next)
    })
    await Promise.race([finished, sleep(ms + PATIENCE_MS, undefined, { ref: false })])
    if (open > 0) errors.push(`${open} calls without a reply after ${ms + PATIENCE_MS} ms`)
    const spent = pids.map((pid, index) => cpuOf(pid) - cpus[index])
    times.sort((a, b) => a - b)
    return {
      calls: times.length,
      cpu: spent.reduce((sum, one) => sum + one, 0) / times.length,
      busiest: Math.max(...spent) / (spent.reduce((sum, one) => sum + one, 0) / spent.length),
      p50: times[Math.floor(times.length / 2)],
      error: errors[0],
    }
  },

  /** More sessions, which then do nothing. */
  async idle({ key, port, transport, count, how, pid }) {
    const group = groups.get(key) ?? { port, sessions: [], slots: [] }
    groups.set(key, group)
    const before = cpuOf(pid)
    const opened = await openSessions({ port, transport, count, how })
    for (const session of opened) group.sessions.push(session)
    return { cpu: (cpuOf(pid) - before) / count }
  },

  /** Asks the server some times to say one thing to everybody, and waits until everybody has heard it. */
  async broadcast({ key, times, pid, expected }) {
    const { port, sessions } = groups.get(key)
    const pool = new Pool(port, 1)
    let [heard, everybody, error] = [0, () => {}, undefined]
    for (const session of sessions)
      session.onEvent = (event) => {
        if (!event.includes(expected)) error ??= `wrong event: ${inOneLine(event)}`
        else if (++heard === sessions.length) everybody()
      }
    const before = cpuOf(pid)
    for (let n = 0; n < times; n++) {
      heard = 0
      const all = new Promise((resolve) => (everybody = resolve))
      await Promise.all([pool.request(BROADCAST), Promise.race([all, sleep(PATIENCE_MS, undefined, { ref: false })])])
      if (heard !== sessions.length) error ??= `${heard} of ${sessions.length} streams heard the event`
    }
    const cpu = (cpuOf(pid) - before) / (sessions.length * times)
    for (const session of sessions) session.onEvent = undefined
    pool.close()
    return { cpu, error }
  },

  async close({ key }) {
    const { slots, sessions } = groups.get(key) ?? { slots: [], sessions: [] }
    groups.delete(key)
    for (const { connection } of slots) connection.close()
    for (const session of sessions) session.close()
    await sleep(50)
  },
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ number, deed, settings }) => {
  try {
    process.send({ number, result: await DEEDS[deed](settings) })
  } catch (error) {
    process.send({ number, error: String(error.message) })
  }
})
