// The reconnect lab: streams of numbered ticks that the page can have cut, refused and silenced.
import { encodeEvent, openStream } from '../../dist/sse/index.js'
import { choice, milliseconds, refusal, runName, wholeNumber } from './query.mjs'

const MAX_RUNS = 20
const MAX_READERS = 6 // of a run; over HTTP/1.1 a browser has no more connections to one server
const MAX_REPLAYED = 500
const MAX_UNREAD_BYTES = 65_536
const IDLE_MS = 60_000 // without a reader

const LINE_ENDS = { lf: '\n', cr: '\r', crlf: '\r\n' }

/** How the next GET of a run can be answered, other than by a stream. For each of them EventSource gives up for good. */
const ANSWERS = {
  204: (response) => response.writeHead(204, { 'Cache-Control': 'no-cache' }).end(),
  500: (response) => text(response, 500, 'The lab was told to answer 500.\n'),
  // The body is a fine event stream: only its Content-Type is wrong.
  'wrong-type': (response) => text(response, 200, encodeEvent({ event: 'tick', data: '{"n":0}' })),
}

/** The runs, and what their routes do. */
export function createTicks() {
  const runs = new Map() // by name; those without a reader in the order in which they lost it

  function begin(name) {
    if (runs.size >= MAX_RUNS) {
      const [idle] = [...runs.values()].filter(({ readers }) => readers.size === 0)
      if (!idle) throw refusal(503, `There are ${MAX_RUNS} runs: close one first.`)
      end(idle)
    }
    const run = { name, n: 0, readers: new Set(), answer: 'normal', interval: 0, timer: undefined, idle: undefined }
    rest(run)
    return run
  }

  /** Without a reader it goes on for a while, to be found again. */
  function rest(run) {
    runs.delete(run.name) // and to the end of the order
    runs.set(run.name, run)
    clearTimeout(run.idle)
    run.idle = setTimeout(() => end(run), IDLE_MS)
  }

  function end(run) {
    clearInterval(run.timer)
    clearTimeout(run.idle)
    if (runs.get(run.name) === run) runs.delete(run.name)
    for (const { response } of run.readers) response.end()
  }

  function get(request, response, query) {
    const name = runName(query)
    const interval = milliseconds(query, 'interval', 1000)
    const reader = {
      response,
      isMute: false,
      hasIds: choice(query, 'ids', ['on', 'off'], 'on') === 'on',
      lineEnd: LINE_ENDS[choice(query, 'eol', Object.keys(LINE_ENDS), 'lf')],
      retry: milliseconds(query, 'retry', 1000),
      keepAliveMs: wholeNumber(query, 'keepalive') ? milliseconds(query, 'keepalive', 0) : 0,
    }
    const run = runs.get(name) ?? begin(name)
    const { answer } = run
    run.answer = 'normal'
    if (answer in ANSWERS) return ANSWERS[answer](response)
    if (run.readers.size >= MAX_READERS) throw refusal(503, `The run has ${MAX_READERS} readers: close one first.`)
    clearTimeout(run.idle)
    pace(run, interval)
    follow(run, reader, request.headers['last-event-id'])
  }

  function follow(run, reader, lastEventId) {
    const { response, keepAliveMs, retry } = reader
    openStream(response, { keepAliveMs: 0 }) // its comments would end in LF, and not fall silent
    const missed = missedSince(run, reader, lastEventId)
    write(reader, { retry })
    const hello = { lastEventId: lastEventId?.slice(0, 64) ?? null, answer: 'normal', replayed: missed.length }
    write(reader, { event: 'hello', data: JSON.stringify(hello) })
    for (const n of missed) write(reader, tick(reader, { n, replayed: true }))

    const beat = keepAliveMs > 0 ? setInterval(() => write(reader, { comment: 'keep-alive' }), keepAliveMs) : undefined
    run.readers.add(reader)
    response.once('close', () => {
      clearInterval(beat)
      run.readers.delete(reader)
      if (run.readers.size === 0 && runs.get(run.name) === run) rest(run)
    })
  }

  /** The ticks go on whether somebody reads them or not. */
  function pace(run, interval) {
    if (run.interval === interval) return
    run.interval = interval
    clearInterval(run.timer)
    run.timer = setInterval(() => {
      run.n++
      for (const reader of run.readers) write(reader, tick(reader, { n: run.n }))
    }, interval)
  }

  function cut(_request, response, query) {
    const run = runs.get(runName(query))
    if (!run) throw refusal(404, 'There is no such run.')
    for (const reader of run.readers) reader.response.destroy()
    response.writeHead(204).end()
  }

  function next(_request, response, query) {
    const name = runName(query)
    const answer = choice(query, 'answer', ['normal', 'mute', ...Object.keys(ANSWERS)])
    const run = runs.get(name) ?? begin(name)
    run.answer = answer
    for (const reader of run.readers) reader.isMute = answer === 'mute' || (reader.isMute && answer !== 'normal')
    response.writeHead(204).end()
  }

  return { get, cut, next, close: () => [...runs.values()].forEach(end) }
}

/** A tick is nothing but its number, so what is remembered needs no store: only a bound. */
function missedSince({ n }, { hasIds }, lastEventId) {
  if (!hasIds || !/^\d{1,15}$/.test(lastEventId ?? '')) return []
  const first = Math.max(Number(lastEventId), n - MAX_REPLAYED) + 1
  return Array.from({ length: Math.max(0, n - first + 1) }, (_, i) => first + i)
}

const tick = ({ hasIds }, data) => ({
  event: 'tick',
  ...(hasIds && { id: String(data.n) }),
  data: JSON.stringify(data),
})

/** Everything goes through here: the line ends are put in by hand, and a mute stream says nothing, no comment either. */
function write({ response, lineEnd, isMute }, message) {
  if (isMute || response.destroyed || response.writableEnded) return
  if (response.writableLength > MAX_UNREAD_BYTES) return void response.destroy() // nobody reads
  response.write(encodeEvent(message).replaceAll('\n', lineEnd))
}

function text(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache' }).end(body)
}
