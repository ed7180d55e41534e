// @ts-check
// What the missions point at: the bytes that end an event, a request with its 202 and its answer, what a resumed stream
// brought. No DOM: it runs in Node as well.
import { ruledLines } from './own-stream.js'

/** The count of bytes after which the first event is dispatched, and the two line ends that do it. */
export function firstEnd(bytes) {
  const blank = ruledLines(bytes).find(({ event }) => event !== undefined)
  if (blank) return { cut: blank.at, ends: [...bytes.subarray(blank.at - 2, blank.at)] }
}

/**
 * The newest request that was answered by an event of a stream whose bytes are there, while its POST had nothing but
 * 202; `received` is the body of that.
 *
 * @param {import('./record.js').Frame[]} frames
 */
export function answeredByEvent(frames) {
  const asked = frames.findLast(
    ({ way, message, exchange, partner }) =>
      way === '↑' &&
      message?.method !== undefined &&
      exchange?.status === 202 &&
      exchange.endedAt !== undefined &&
      partner?.bytes !== undefined &&
      frames.includes(partner),
  )
  if (!asked?.partner) return undefined
  const received = frames.find(({ exchange, type }) => exchange === asked.exchange && type === 'body')
  return { asked, received, answer: asked.partner }
}

/**
 * What the events of the reconnect laboratory tell, once the stream is back and live: the id that the client sent, and
 * the numbers that were replayed. Undefined before that.
 *
 * @param {{ type: string, data: any }[]} heard
 */
export function resumedOf(heard) {
  const back = heard.findLastIndex(({ type, data }) => type === 'hello' && data.lastEventId !== null)
  if (back < 0) return undefined
  const ticks = heard.slice(back + 1).map(({ data }) => data)
  if (!ticks.some(({ replayed }) => !replayed)) return undefined
  return { lastEventId: heard[back].data.lastEventId, replayed: ticks.filter((one) => one.replayed).map(({ n }) => n) }
}
