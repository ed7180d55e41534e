// @ts-check
// One HTTP exchange by fetch, from the request to the last byte of the reply, and all of it in the record.
import { createBlocks } from './blocks.js'
import { parsed } from './record.js'

export const STREAM = 'text/event-stream'

/** @returns {Error & { code?: number, data?: any, status?: number, isCut?: boolean }} */
export const failure = (message, more = {}) => Object.assign(new Error(message), more)

/**
 * `place` is where we are in an event stream: its `lastEventId` is sent, both it and `retry` are kept up to date.
 * `onBlock` gets what blocks.js cuts, with the JSON-RPC `message` in it. Rejects with `status` and the server's own
 * sentence where that refuses, with `isCut` where the network fails.
 */
export const createHttp = ({ record, createParser, fetch = globalThis.fetch, headers: always = {} }) =>
  async function http(method, url, { headers = {}, body, signal, place = {}, onHeaders, onBlock }) {
    const { lastEventId } = place
    headers = { ...headers, ...always, ...(lastEventId && { 'Last-Event-ID': lastEventId }) }
    const exchange = record?.request({ method, url: url.slice(new URL(url).origin.length), headers, body })
    const sent = /** @type {RequestInit} */ ({ method, headers, body, signal, cache: 'no-store' })
    let ending = 'cut'
    try {
      const response = await fetch(url, sent)
      const { status, ok, headers: got } = response
      record?.response(exchange, { status, headers: Object.fromEntries(got) })
      const isStream = ok && `${got.get('Content-Type')}`.startsWith(STREAM)
      const isRefused = !ok || (method === 'GET' && !isStream)
      if (!isRefused) onHeaders?.(got)
      let said
      const blocks = createBlocks({
        createParser: isStream ? createParser : undefined,
        lastEventId,
        onBlock({ isEvent, ...block }) {
          const message = isEvent || block.type === 'body' ? parsed(block.text) : undefined
          record?.add({ way: '↓', exchange, message, ...block })
          place.lastEventId = block.id ?? place.lastEventId
          place.retry = block.retry ?? place.retry
          said = { ...block, message }
          if (!isRefused) onBlock?.(said)
        },
      })
      await read(response.body?.getReader(), (bytes) => {
        record?.received(exchange, bytes.length)
        ending = 'closed' // by us, if what came is refused
        blocks.feed(bytes)
        ending = 'cut'
      })
      ending = 'ended'
      blocks.end()
      if (!isRefused) return
      const { message = said?.text.slice(0, 200) || `Answered by ${status}.`, code, data } = said?.message?.error ?? {}
      throw failure(message, { code, data, status })
    } catch (error) {
      if (signal?.aborted) ending = 'closed'
      throw Object.assign(error, { isCut: ending === 'cut' })
    } finally {
      record?.end(exchange, ending)
    }
  }

async function read(reader, take) {
  try {
    if (reader) for (let part; !(part = await reader.read()).done;) take(part.value)
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  }
}
