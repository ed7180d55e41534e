import { logToStderr, wholeNumber } from '../mcp/index.ts'
import { readBaseUrl } from '../upstream/base-url.ts'

/** All that can be set, how much is asked of Hacker News, and for how long. Times in milliseconds. */
const DEFAULTS = {
  source: 'auto', // or `live`, or `snapshot`; auto is live, and the snapshot where no connection comes about
  baseUrl: 'https://hacker-news.firebaseio.com/v0', // where the API is: https, or http on this machine
  log: logToStderr,
  now: () => performance.now(), // the clock of what is kept: not the one on the wall, which may be set back
  connectMs: 3_000, // for a connection to come about, name look-up and TLS included, all tries together
  requestMs: 5_000, // for one request, from its start to the last byte of its answer
  answerBytes: 1024 * 1024, // the longest list has about 5,000
  requestsPerCall: 16,
  requests: 32,
  waiting: 256, // requests that wait for one of those to end
  backoffMs: 200, // the first wait before another try, at most; the second is twice that
  retryAfterMs: 2_000, // the longest `Retry-After` that is waited for
  keepItemMs: 60_000,
  keptItems: 2_000,
  itemLength: 64 * 1024, // UTF-16 units of the JSON of one item; this times `keptItems` is the most that is kept
  keepFailureMs: 1_000,
  offlineMs: 60_000, // how long the snapshot answers before the network is tried again
  marginMs: 250, // before the end of the call's time, to return what has arrived
}
export type HackerNewsOptions = Partial<typeof DEFAULTS>
export type HackerNewsSettings = ReturnType<typeof readOptions>

/** Throws TypeError with one sentence for whoever set the variable. */
export function readOptions(options: HackerNewsOptions) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const { source, baseUrl, ...rest } = { ...DEFAULTS, ...Object.fromEntries(given) } as typeof DEFAULTS
  for (const [name, value] of Object.entries(rest))
    if (typeof DEFAULTS[name as keyof typeof rest] === 'number')
      wholeNumber(value, `createHackerNews: ${name}`, AT_LEAST_ONE.test(name) ? 1 : 0, AT_MOST)
  if (!['auto', 'live', 'snapshot'].includes(source))
    throw new TypeError(`HN_SOURCE must be auto, live or snapshot, not ${JSON.stringify(source)}.`)
  return { source, baseUrl: readBaseUrl(baseUrl, 'HN_BASE_URL'), ...rest }
}

// Of these, 0 would let no request pass; of the others it means that nothing is waited for, kept or left over.
const AT_LEAST_ONE = /^(connect|request|answer|item)/
// As milliseconds more than a day, and doubled still what a timer can wait.
const AT_MOST = 100_000_000
