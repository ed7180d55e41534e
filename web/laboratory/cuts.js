// @ts-check
// A stream that is cut and resumed, as sheets of paper: for each GET what it sent, the events that came, and how its
// response ended. No DOM: it runs in Node as well.
import { parsed } from './record.js'

/**
 * A row is an event (or a comment, or `retry`): `n` is the number of a tick, `isReplayed` says that the server sent it
 * from what it kept.
 *
 * @typedef {{ frame: import('./record.js').Frame, n?: number, isReplayed: boolean }} Row
 *
 * @typedef {object} Sheet
 * @property {import('./record.js').Exchange} exchange
 * @property {number} number of the GET, from 1
 * @property {string} [lastEventId] what the GET sent; undefined where it sent none
 * @property {boolean} isTold it is the server that has told it: EventSource hides what it sends
 * @property {number} [waited] milliseconds since the response before was cut
 * @property {Row[]} rows
 * @property {number} gone rows that are not shown any more
 */

/** The newest `size` rows, on their sheets. @param {import('./record.js').Record} record @returns {Sheet[]} */
export function sheetsOf({ frames, exchanges }, size = 48) {
  const gets = exchanges.filter(({ method }) => method === 'GET')
  const sheets = gets.map((exchange, index) => {
    const own = frames.filter((frame) => frame.exchange === exchange && frame.way === '↓' && frame.type !== 'body')
    const before = gets[index - 1]?.endedAt
    return {
      exchange,
      number: index + 1,
      ...sentBy(exchange, own),
      waited: before === undefined ? undefined : exchange.at - before,
      rows: own.map(rowOf),
      gone: 0,
    }
  })
  let room = size
  for (const sheet of sheets.toReversed()) {
    sheet.gone = Math.max(0, sheet.rows.length - room)
    sheet.rows = sheet.rows.slice(sheet.gone)
    room -= sheet.rows.length
  }
  // A sheet without a row is of no use, but for the newest: that one may have none yet.
  return sheets.filter(({ rows }, index) => rows.length || index >= sheets.length - 2)
}

/** Our own reader has set the header; of EventSource the server tells, in its first event. */
function sentBy({ reader, headers }, own) {
  if (reader === 'fetch') return { lastEventId: headers['Last-Event-ID'], isTold: false }
  const told = parsed(own.find(({ type }) => type === 'hello')?.text)
  return { lastEventId: told?.lastEventId ?? undefined, isTold: true }
}

/** @returns {Row} */
function rowOf(frame) {
  const data = frame.type === 'tick' ? parsed(frame.text) : undefined
  return { frame, n: data?.n, isReplayed: data?.replayed === true }
}
