// @ts-check
// How messages travel: by one stream for all that comes, with a POST for each that goes (HTTP+SSE, 2024-11-05), or by
// POSTs that are each answered by a reply of their own, which may be a stream (Streamable HTTP, stateless).
import { failure, STREAM } from './client-http.js'
import { mirrored } from './client-headers.js'
import { parsed } from './record.js'

const STATES = ['CONNECTING', 'OPEN', 'CLOSED']

export function createWay({ client, http, options, marks, receive, waits, found, lost }) {
  const { base, url, transport, reader, record, EventSource = globalThis.EventSource } = options
  const isSse = transport === 'sse'
  const stream = isSse ? `${base}/sse` : (url ?? `${base}/mcp`)

  function take({ type, text, message }) {
    if (type === 'endpoint' && isSse) takeEndpoint(new URL(text, stream))
    else if (message && (type === 'message' || type === 'body')) receive(message)
  }

  function takeEndpoint({ href, origin, searchParams }) {
    if (origin !== new URL(stream).origin) throw failure(`The endpoint is on another origin, ${origin}: refused.`)
    const session = searchParams.get('sessionId') ?? searchParams.get('session_id') ?? undefined
    found(Object.assign(client, { endpoint: href, session }))
  }

  function headersOf(method, message) {
    const headers = {}
    if (method === 'POST') headers['Content-Type'] = 'application/json'
    if (isSse && method === 'POST') return headers
    if (method !== 'DELETE') headers['Accept'] = method === 'GET' ? STREAM : `application/json, ${STREAM}`
    if (client.revision >= '2025-06-18') headers['MCP-Protocol-Version'] = client.revision
    if (transport === 'stateless') return { ...headers, ...mirrored(message, marks.get(message.params?.name)) }
    if (client.session && !isSse) headers['Mcp-Session-Id'] = client.session
    return headers
  }

  /** One exchange, and after the end of its stream the rest by GET, when `retry` is over, until `isOver`. */
  async function follow(method, to, { message, signal, onOpen, onCut, isOver }) {
    const place = { retry: 1000, lastEventId: '' }
    let wasOpen = false
    const onHeaders = (headers) => {
      wasOpen = method === 'GET'
      if (transport === 'http') client.session ??= headers.get('Mcp-Session-Id') ?? undefined
      onOpen?.()
    }
    for (let verb = method; ; verb = 'GET') {
      const body = verb === 'POST' ? JSON.stringify(message) : undefined
      const mayGoOn = () => wasOpen || (place.lastEventId !== '' && transport === 'http')
      try {
        await http(verb, to, { headers: headersOf(verb, message), body, signal, place, onHeaders, onBlock: take })
      } catch (error) {
        if (!error.isCut || !mayGoOn()) throw error
      }
      if (isOver?.()) return
      if (!mayGoOn()) throw failure('The reply ended without the response.')
      onCut?.()
      await wait(place.retry, signal)
      count()
    }
  }

  function count() {
    client.reconnects++
    if (record) record.totals.reconnects++
  }

  async function send(message, signal) {
    if (!client.endpoint) throw failure('The stream was cut, and its session is gone.')
    await follow('POST', client.endpoint, { message, signal, isOver: () => isSse || !waits(message.id) })
  }

  /** Rejects when the stream is over for good. */
  const open = (signal, onOpen) =>
    reader === 'EventSource'
      ? byEventSource(signal)
      : follow('GET', stream, { signal, onOpen, onCut: isSse ? lost : undefined })

  const end = () => http('DELETE', stream, { headers: headersOf('DELETE') })

  function byEventSource(signal) {
    return new Promise((_resolve, reject) => {
      const source = new EventSource(stream)
      let exchange
      const begin = () => (exchange = record?.request({ method: 'GET', url: new URL(stream).pathname, reader }))
      const note = (frame) => record?.add({ way: '↓', exchange, ...frame })
      const state = (at = source.readyState) => note({ way: '·', type: 'readyState', text: `${at} ${STATES[at]}` })
      function finish(error, ending = 'closed') {
        source.close()
        state()
        record?.end(exchange, ending)
        reject(error)
      }
      begin()
      state()
      signal.addEventListener('abort', () => finish(signal.reason), { once: true })
      source.addEventListener('open', () => {
        if (exchange?.ending) begin() // that EventSource has sent another GET we learn only now
        state()
      })
      source.addEventListener('error', () => {
        if (source.readyState === 2) return finish(failure('EventSource gave up. It does not tell why.'), 'ended')
        state()
        record?.end(exchange, 'cut')
        count()
        lost()
      })
      for (const type of ['endpoint', 'message'])
        source.addEventListener(type, ({ data, lastEventId }) => {
          const frame = { type, text: data, id: lastEventId || undefined, message: parsed(data) }
          note(frame)
          try {
            take(frame)
          } catch (error) {
            finish(error)
          }
        })
    })
  }

  return { send, open, end }
}

/** Rejects with the signal's reason if that comes first. */
const wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true })
  })
