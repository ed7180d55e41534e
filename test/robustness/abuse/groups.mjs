// Which groups there are, and how one is run. The words: a case is [name, run(server)], and a group a file of cases.
import { serveNormalClient } from './client.mjs'
import { readable } from './expect.mjs'

const NAMES = [
  'http-framing',
  'http-lengths',
  'http-head',
  'http-targets',
  'http-types',
  'http-bodies',
  'host-origin',
  'cors',
  'json-rpc',
  'methods',
  'ids',
  'batches',
  'arguments',
  'prototype-names',
  'sessions',
  'session-ids',
  'session-caps',
  'limits',
  'cross-talk',
  'event-ids',
  'event-ids-nobody-gave',
  'streams',
  'idle-streams',
  'slow-readers',
  'unread-time',
  'slow-senders',
  'cancels',
  'cancel-races',
  'stateless',
  'stateless-refusals',
  'information-leaks',
  'event-loop',
  'event-loop-heads',
  'aborts',
  'page',
  'memory',
  'shutdown',
  'shutdown-in-flight',
]

/**
 * A file of cases may also export: `inOrder` (one case at a time; else several at once), `isSlow` (mostly waits, so it
 * runs beside the others), `needs` ('pid' or 'start': what the server object must bring).
 */
export async function loadGroups(only = undefined) {
  const names = only === undefined ? NAMES : NAMES.filter((name) => name === only)
  if (names.length === 0) throw new Error(`No group ${only}. There are: ${NAMES.join(', ')}.`)
  return Promise.all(
    names.map(async (name) => {
      const { cases, inOrder = false, isSlow = false, needs } = await import(`./${name}.mjs`)
      return { name, cases, inOrder, isSlow, needs }
    }),
  )
}

/** After this long a case hangs: the longest ones wait for limits of a minute. */
const CASE_LIMIT_MS = 300_000
const AT_ONCE = 8

/** Runs the cases, and then a normal client. @returns {Promise<{ name: string, failure?: string, ms: number }[]>} */
export async function runGroup({ name, cases, inOrder, isSlow }, server) {
  const results = []
  const queue = [...cases]
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results.push(await runCase(next, server))
  }
  await Promise.all(Array.from({ length: inOrder ? 1 : isSlow ? cases.length : AT_ONCE }, lane))
  results.push(await runCase([`T-37 after ${name}: a normal client is served`, serveNormalClient], server))
  const order = new Map(cases.map(([title], at) => [title, at]))
  return results.toSorted((a, b) => (order.get(a.name) ?? cases.length) - (order.get(b.name) ?? cases.length))
}

async function runCase([name, run], server) {
  const began = performance.now()
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`expected an end, seen none in ${CASE_LIMIT_MS} ms`)), CASE_LIMIT_MS)
  })
  try {
    await Promise.race([run(server), late])
    return { name, ms: performance.now() - began }
  } catch (error) {
    return { name, failure: readable(error.message ?? String(error)), ms: performance.now() - began }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs groups, the slow ones beside the others. `onGroup` hears of each when it is over; one that lacks what it needs
 * is not run, and says so in `skipped`.
 */
export async function runGroups(groups, server, onGroup = () => {}) {
  const one = async (group) => {
    const results = group.needs && !server[group.needs] ? [] : await runGroup(group, server)
    const outcome = { name: group.name, results, ...(results.length === 0 && { skipped: group.needs }) }
    onGroup(outcome)
    return outcome
  }
  const beside = Promise.all(groups.filter(({ isSlow }) => isSlow).map(one))
  const outcomes = []
  for (const group of groups) if (!group.isSlow) outcomes.push(await one(group))
  return [...outcomes, ...(await beside)]
}
