// @ts-check
// The same two tasks on one transport, with a record of its own, and what that took. No DOM.
import { createClient } from './mcp-client.js'
import { createRecord } from './record.js'

export const TRANSPORTS = { sse: '2024-11-05', http: '2025-11-25', stateless: '2026-07-28' }

/** Never rejects: `failure` says what went wrong. Times are in milliseconds since the record began. */
export async function compare({ transport, base, createParser }) {
  const record = createRecord()
  const revision = TRANSPORTS[transport]
  const client = /** @type {any} */ (createClient({ base, transport, revision, reader: 'fetch', record, createParser }))
  /** When each task was done, and how long it took. @type {Record<string, { at: number, took: number }>} */
  const tasks = {}
  let failure
  async function timed(name, task) {
    const begin = record.elapsed()
    await task()
    const at = record.elapsed()
    tasks[name] = { at, took: at - begin }
  }
  try {
    await timed('connect', () => client.connect())
    await timed('list', () => client.request('tools/list'))
    const args = { type: 'topstories', amount: 5 }
    const call = { name: 'get-hackernews-top-stories', arguments: args }
    await timed('call', () => client.request('tools/call', call))
  } catch (error) {
    failure = error
  }
  await client.close()
  return { transport, tasks, failure, exchanges: [...record.exchanges], ...count(record) }
}

/** Of the same thing measured again and again: the middle, the least and the most. One time alone is noise. */
export function spreadOf(times) {
  const sorted = times.filter((time) => time !== undefined).toSorted((a, b) => a - b)
  return { middle: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted.at(-1) }
}

/** Bodies to the byte; heads, which the page does not see whole, not at all. */
export function count({ exchanges, totals: { requests, bytesOut, bytesIn } }) {
  const isOpen = ({ at, endedAt = Infinity }, then) => at <= then && then < endedAt
  const atOnce = Math.max(0, ...exchanges.map(({ at }) => exchanges.filter((one) => isOpen(one, at)).length))
  const [{ at, answeredAt } = { at: 0, answeredAt: undefined }] = exchanges
  return { requests, atOnce, bytesOut, bytesIn, firstByte: answeredAt === undefined ? undefined : answeredAt - at }
}
