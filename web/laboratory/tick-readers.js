// @ts-check
// Two readers of the stream of ticks: EventSource, and fetch by the same rules. All they see goes into the record.
import { createHttp } from './client-http.js'
import { createParser } from './sse/parser.js'

const STATES = ['CONNECTING', 'OPEN', 'CLOSED']

/**
 * `onEvent(type, data)` gets the events, `onGone(ms)` is called when the stream is cut and the next GET comes in so
 * many milliseconds, `onOver(word)` when none will come. `stop` ends it for good; `drop` cuts it from here, which only
 * fetch can.
 *
 * @param {{ url: string, reader: string, retry: number, record: import('./record.js').Record,
 *   onEvent: (type: string, data: any) => void, onGone: (ms: number) => void, onOver: (word: string) => void }} options
 * @returns {{ stop: () => void, drop?: () => void }}
 */
export const readTicks = (options) => (options.reader === 'fetch' ? byFetch(options) : byEventSource(options))

function byEventSource({ url, retry, record, onEvent, onGone, onOver }) {
  const source = new EventSource(url)
  let exchange = ask()
  function ask() {
    return record.request({ method: 'GET', url: url.slice(location.origin.length), reader: 'EventSource' })
  }
  const state = () => {
    const text = `${source.readyState} ${STATES[source.readyState]}`
    record.add({ way: '·', exchange, type: 'readyState', text })
  }
  state()
  source.addEventListener('open', () => {
    if (exchange.ending) exchange = ask() // that another GET was sent, EventSource tells only now
    state()
  })
  source.addEventListener('error', () => {
    const isOver = source.readyState === 2
    record.end(exchange, isOver ? 'ended' : 'cut')
    state()
    if (isOver) onOver('over')
    else onGone(retry) // what we asked the server for: EventSource does not tell
  })
  for (const type of ['hello', 'tick'])
    source.addEventListener(type, ({ data, lastEventId }) => {
      record.add({ way: '↓', exchange, type, text: data, id: lastEventId || undefined })
      onEvent(type, JSON.parse(data))
    })
  function stop() {
    if (source.readyState === 2) return // it has given up by itself
    source.close()
    record.end(exchange, 'closed')
    state()
  }
  return { stop }
}

/** The same by hand: the parser, and the reconnection of the HTML Standard, 9.2.3 "Processing model". */
function byFetch({ url, record, onEvent, onGone, onOver }) {
  const life = new AbortController()
  let connection = new AbortController()
  const place = { retry: 3000, lastEventId: '' }
  const http = createHttp({ record, createParser })
  void run()
  return { stop: () => life.abort(), drop: () => connection.abort() }

  async function run() {
    while (!life.signal.aborted) {
      connection = new AbortController()
      const signal = AbortSignal.any([life.signal, connection.signal])
      let isOpen = false
      const options = { signal, place, onHeaders: () => (isOpen = true), onBlock }
      const error = await http('GET', url, options).catch((problem) => problem)
      if (life.signal.aborted) return
      if (!isOpen && error?.status !== undefined) return onOver('refused')
      onGone(place.retry)
      await new Promise((resolve) => setTimeout(resolve, place.retry))
    }
  }

  function onBlock({ type, text }) {
    if (type === 'hello' || type === 'tick') onEvent(type, JSON.parse(text))
  }
}
