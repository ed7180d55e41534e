// @ts-check
// The lanes: page | POSTs | the long stream | server, time downward. What stands in which lane, and which colour a
// request shares with its answer. No DOM: it runs in Node as well.
import { kindOf, statusOf } from './tree.js'

const COLOURS = 4

/**
 * One thing on the wire. `key` is its own; `lane` carried it; `voice` is what a request, its answer and its progress
 * have in common, and `colour` that of the voice; `id` is the JSON-RPC id as it is shown; `silence` before it, in
 * milliseconds; `bar`: the number of the exchange that begins here.
 *
 * @typedef {object} Row
 * @property {string} key
 * @property {number} at
 * @property {'get' | 'post' | 'head' | 'accepted' | 'event' | 'beat' | 'body' | 'state' | 'end'} kind
 * @property {'post' | 'stream'} lane
 * @property {'up' | 'down' | 'none'} way
 * @property {string} label in the words of the protocols
 * @property {import('./record.js').Exchange} [exchange]
 * @property {import('./record.js').Frame} [frame]
 * @property {string} [voice]
 * @property {number} [colour]
 * @property {string} [id]
 * @property {number} [bytes]
 * @property {number} [silence]
 * @property {number} [bar]
 * @property {number} [y]
 */

/** The newest `size` rows up to the frame at index `end`. @returns {Row[]} */
export function rowsOf({ frames, exchanges }, end = frames.length, size = 60) {
  const start = Math.max(0, end - size)
  const from = start ? frames[start].at : 0
  const until = frames[end]?.at ?? Infinity
  const isIn = (at) => at >= from && at < until
  const shown = frames.slice(start, end)
  const bodies = new Map(shown.flatMap((frame) => (frame.type === 'body' ? [[frame.exchange, frame]] : [])))
  const rows = shown.filter((frame) => !isMerged(frame)).map(rowOfFrame)
  for (const exchange of exchanges) {
    if (isIn(exchange.answeredAt) && hasHead(exchange)) rows.push(rowOfHead(exchange, bodies.get(exchange)))
    if (isIn(exchange.endedAt) && isStream(exchange)) rows.push(rowOfEnd(exchange))
  }
  // The sort keeps what is equal in order; a head stands before what came at the same moment.
  const ordered = rows.toSorted((a, b) => a.at - b.at || Number(b.kind === 'head') - Number(a.kind === 'head'))
  return ordered.slice(-size)
}

export const laneOf = (exchange) => (exchange?.method === 'GET' ? 'stream' : 'post')
export const isStream = ({ reader, method, answerHeaders }) =>
  (reader === 'EventSource' && method === 'GET') || /event-stream/.test(answerHeaders?.['content-type'])
/** The head of a reply that is a body, and no stream, needs no row of its own: the body has it. */
const hasHead = (exchange) => isStream(exchange) || exchange.status === 202 || exchange.status === 204
/** `Accepted`, the body of a 202, says what the status says. */
export const isMerged = ({ type, exchange }) => type === 'body' && exchange?.status === 202

/** @returns {Row} */
function rowOfFrame(frame) {
  const { number, at, way, type, text, message, exchange, bytes } = frame
  const lane = laneOf(exchange)
  const row = { key: `f${number}`, at, lane, exchange, frame, bytes: bytes?.length, ...voiceOf(frame) }
  if (way === '·') return { ...row, kind: 'state', way: 'none', label: `readyState ${text}` }
  if (way === '↑') {
    const kind = exchange.method === 'GET' ? 'get' : 'post'
    return {
      ...row,
      kind,
      way: 'up',
      bar: exchange.number,
      label: saidIn(message) ?? `${exchange.method} ${exchange.url}`,
    }
  }
  if (type === 'body') return { ...row, kind: 'body', way: 'down', label: saidIn(message) ?? statusOf(exchange) }
  const isBeat = type === 'comment' || type === 'retry' || type === 'id'
  if (isBeat) return { ...row, kind: 'beat', way: 'down', label: type === 'comment' ? `: ${text}` : `${type}: ${text}` }
  return { ...row, kind: 'event', way: 'down', label: message?.method ? saidIn(message) : type }
}

/** What a message says of itself: its method, `error -32602`, `result`. */
function saidIn(message) {
  if (Array.isArray(message)) return `[${message.length}]`
  if (message?.method) return message.method.replace('notifications/', '')
  return message?.error ? `error ${message.error.code}` : kindOf(message)
}

/** @returns {Row} */
function rowOfHead(exchange, frame) {
  const { number, answeredAt: at, status, answerHeaders = {} } = exchange
  const row = { key: `h${number}`, at, lane: laneOf(exchange), way: 'down', exchange, frame }
  if (status === 202 || status === 204) return /** @type {Row} */ ({ ...row, kind: 'accepted', label: `${status}` })
  const type = answerHeaders['content-type']?.split(';')[0] ?? ''
  return /** @type {Row} */ ({ ...row, kind: 'head', label: `${status} ${type}` })
}

/** @returns {Row} */
function rowOfEnd(exchange) {
  const { number, endedAt: at, ending } = exchange
  return { key: `e${number}`, at, kind: 'end', lane: laneOf(exchange), way: 'none', exchange, label: ending }
}

/** Whose conversation a message belongs to: the id of a request, by who asked; progress and cancelling name it, too. */
export function voiceOf({ way, message }) {
  const named = message?.params?.progressToken ?? message?.params?.requestId
  const id = message?.id ?? (message?.method?.startsWith('notifications/') ? named : undefined)
  if (id === undefined || Array.isArray(message)) return {}
  const isRequest = message.id !== undefined && message.method !== undefined
  // Progress comes the other way than its request; that it was cancelled, the same way.
  const isSameWay = isRequest || message.params?.requestId !== undefined
  const isOurs = (way === '↑') === isSameWay
  const hash = typeof id === 'number' ? id : [...`${id}`].reduce((sum, one) => sum * 31 + one.charCodeAt(0), 7)
  const colour = Math.abs(Math.trunc(hash) + (isOurs ? 0 : 2)) % COLOURS
  return { voice: `${isOurs ? 'c' : 's'}${JSON.stringify(id)}`, colour, id: `${id}` }
}

/**
 * What is shown while nobody has chosen anything: the newest thing that means something. Comments, `retry` and states
 * never do, and a 202 only until the answer has come.
 *
 * @param {import('./record.js').Frame[]} frames
 */
export function newestOf(frames) {
  return frames.findLast((frame) => {
    const { way, type, exchange } = frame
    if (way === '·' || type === 'comment' || type === 'retry' || type === 'id') return false
    if (!isMerged(frame)) return true
    return !frames.some((one) => one.exchange === exchange && one.way === '↑' && one.partner)
  })
}
