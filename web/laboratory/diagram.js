// @ts-check
// The sequence diagram: what happened, in order, in words. No DOM.
import { parsed } from './record.js'
import { kindOf, statusOf } from './tree.js'

export const FOLD = 2000 // milliseconds; a longer silence is told
const GLYPHS = { ended: '▬', closed: '○', cut: '✕' }

/**
 * The newest `size` rows up to the frame at index `end`: frames, heads of responses, ends. `text` is in the words of
 * the protocols, `note` a word of the dictionary and its values.
 */
export function rowsOf({ frames, exchanges }, end = frames.length, size = 60) {
  const start = Math.max(0, end - size)
  const from = start && frames[start].at
  const until = frames[end]?.at ?? Infinity
  const isIn = (at) => at >= from && at < until
  const heads = exchanges.filter(({ answeredAt }) => isIn(answeredAt)).map(headOf)
  const ends = exchanges.filter((exchange) => isIn(exchange.endedAt) && isNoted(exchange)).map(endOf)
  const shown = frames.slice(start, end).map((frame) => rowOf(frame, exchanges))
  // The sort keeps what is equal in order: a head stands before what came at the same moment.
  return [...heads, ...shown, ...ends].toSorted((a, b) => a.at - b.at).slice(-size)
}

/** That the server ends a short reply goes without saying. */
const isNoted = ({ method, answerHeaders, ending }) =>
  ending !== 'ended' || method === 'GET' || /event-stream/.test(answerHeaders?.['content-type'])

function rowOf(frame, exchanges) {
  const { number, at, way, type, text, id, message, exchange, partner } = frame
  const what = message?.jsonrpc ? saidIn(message) : way === '↑' ? exchange.url : text.length < 80 && text
  const isElsewhere = way === '↓' && partner && partner.exchange !== exchange
  const note = way === '↑' ? againOf(exchange, exchanges) : isElsewhere && ['answers', partner.exchange.number]
  const parts = [way, `#${exchange?.number}`, type, id !== undefined && `id ${id}`, what]
  return { key: `f${number}`, at, way, exchange, frame, text: parts.filter(Boolean).join(' '), note }
}

function saidIn({ method, params, id, error, ...message }) {
  if (method) return [method, params?.name].join(' ').trim()
  return error ? `error ${error.code}` : `${kindOf(message) ?? ''} ${id ?? ''}`
}

function headOf(exchange) {
  const { number, answeredAt: at, status, answerHeaders, body } = exchange
  const text = `↓ #${number} ${statusOf(exchange)} ${answerHeaders['content-type']?.split(';')[0] ?? ''}`
  const note = status === 202 && [kindOf(parsed(body)) === 'request' ? 'accepted' : 'taken']
  return { key: `h${number}`, at, way: 'head', exchange, text, note }
}

function endOf(exchange) {
  const { number, endedAt: at, ending } = exchange
  return { key: `e${number}`, at, way: ending, exchange, text: `${GLYPHS[ending]} #${number}`, note: [ending] }
}

/** What a GET that takes up a stream again tells the server. EventSource does not let us see. */
function againOf({ number, method, url, headers, reader }, exchanges) {
  const id = Object.entries(headers).find(([name]) => /^last-event-id$/i.test(name))?.[1]
  if (id !== undefined) return ['again', id]
  const isOld = (one) => one.number < number && one.method === method && one.url === url && /cut|ended/.test(one.ending)
  return method === 'GET' && exchanges.some(isOld) && [reader === 'EventSource' ? 'againHidden' : 'againNew']
}
