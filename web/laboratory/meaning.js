// @ts-check
// What a thing on the wire means, as the name of a sentence (words/message.js) and what goes into it. No DOM.
import { isStream, laneOf, voiceOf } from './lanes-rows.js'
import { parsed } from './record.js'
import { kindOf } from './tree.js'

/**
 * @param {import('./record.js').Frame} frame @param {'head' | 'end'} [part] of the exchange, in place of the frame
 * @returns {[word: string, ...values: any[]]}
 */
export function meaningOf(frame, part) {
  const { way, type, exchange, message, partner, text, id } = frame
  if (part === 'end') return [exchange?.ending === 'cut' ? 'd-cut' : 'd-end']
  if (exchange?.status === 202 && (part === 'head' || type === 'body')) return acceptedOf(exchange)
  if (part === 'head') return [isStream(exchange) ? 'd-head' : 'd-whole']
  if (way === '·') return ['d-state']
  if (way === '↑') return sentOf(frame)
  if (kindOf(message) === 'request') return ['d-asked', message.id]
  if (message?.method === 'notifications/progress') return ['d-progress', voiceOf(frame).id]
  if (message?.method) return ['d-notified']
  if (partner) {
    const isElsewhere = laneOf(partner.exchange) !== laneOf(exchange)
    const took = (frame.at - partner.at).toFixed(1)
    return [isElsewhere ? 'd-answer' : 'd-own', message.id, took]
  }
  if (type === 'endpoint') return ['d-endpoint']
  if (type === 'retry') return ['d-retry', text]
  if (type === 'comment') return ['d-comment']
  if (type === 'id') return ['d-id', id]
  if (type === 'incomplete') return ['d-incomplete']
  return [type === 'body' ? 'd-body' : 'd-event']
}

/** What went up. */
function sentOf({ exchange, message, partner, at }) {
  const last = exchange?.headers['Last-Event-ID']
  if (exchange?.method === 'GET') return last ? ['d-resume', last] : ['d-get']
  if (exchange?.method === 'DELETE') return ['d-delete']
  if (kindOf(message) === 'notification') return ['d-notify']
  if (kindOf(message) !== 'request') return ['d-reply']
  return partner ? ['d-answered', message.id, (partner.at - at).toFixed(1)] : ['d-waits', message.id]
}

/** All that 202 says; whether an answer comes, what was POSTed says. */
function acceptedOf({ body }) {
  const message = parsed(body)
  return kindOf(message) === 'request' ? ['d-accepted', message.id] : ['d-taken']
}
