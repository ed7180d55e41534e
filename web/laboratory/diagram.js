// @ts-check
// The sequence diagram: what happened, in order, and where it stands. No DOM.
import { parsed } from './record.js'
import { kindOf, statusOf } from './tree.js'

export const FOLD = 2000 // milliseconds; a longer silence becomes a zigzag
const ROW = 26 // the least distance of two rows, or they could not be read
const SCALE = 0.1 // pixels per millisecond
const ZIGZAG = 40
const PAGE = 72 // x of the page's lifeline
const LANE = 20
const NARROW = 640 // here a note has a line of its own
const CAPS = { ended: 'm-6,0h12', closed: 'm-5,0a5,5 0 1 0 10,0a5,5 0 1 0-10,0', cut: 'm-5,-5l10,10m0-10l-10,10' }
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

/**
 * Puts the rows into their places (`y`, and `gap` where silence came before), time downward, the page at the left, a
 * lane per open exchange at the right. Returns the height, the room of the lanes, and what to draw, as paths of SVG.
 */
export function layout(rows, exchanges, width, chosen) {
  const d = { life: '', fold: '', lane: '', tie: '', '↓': '', '↑': '', head: '', chosen: '', cap: '' }
  const isNarrow = width < NARROW
  const first = rows[0]?.at
  let at = first
  let y = 0
  for (const row of rows) {
    row.gap = row.at - at > FOLD ? row.at - at : 0
    if (row.gap) d.fold += `M0,${y + ZIGZAG / 2}${'l6-4 6,8 6-4'.repeat(width / 18)}`
    const least = row.note && isNarrow ? 2 * ROW : ROW
    y += row.gap ? ZIGZAG + least : Math.max(least, (row.at - at) * SCALE)
    row.top = y - least
    row.y = y
    at = row.at
  }
  const height = y + ROW
  const lanes = []
  const bars = new Map()
  for (const exchange of exchanges) {
    const { at: begin, endedAt = Infinity, ending } = exchange
    const own = rows.filter((row) => row.exchange === exchange)
    const isOver = endedAt < at + 100
    if (begin > at || endedAt < first || (isOver && !own.length)) continue
    const top = own[0]?.frame?.way === '↑' ? own[0].y : 0
    const bottom = isOver ? own.at(-1).y + (own.at(-1).way === ending ? 0 : 8) : height
    const free = lanes.findIndex((end) => end < top)
    const lane = Math.min(free < 0 ? lanes.length : free, 5)
    lanes[lane] = bottom
    const x = width - LANE / 2 - lane * LANE
    bars.set(exchange, { x, bottom })
    d.lane += `M${x},${top}V${bottom}`
    if (isOver) d.cap += `M${x},${bottom}${CAPS[ending]}`
  }
  const xOf = (exchange) => bars.get(exchange)?.x ?? width - LANE / 2
  for (const { way, exchange, frame, y } of rows) {
    const x = xOf(exchange) - 4
    if (way === '↑') d[way] += `M${PAGE},${y}H${x}m-6-4l6,4-6,4`
    else if (way === '↓' || way === 'head') d[way] += `M${x},${y}H${PAGE}m6-4l-6,4 6,4`
    if (!frame) continue
    if (frame === chosen) d.chosen += `M${PAGE},${y}H${x}`
    const { partner } = frame
    if (!partner || partner.number > frame.number || partner.exchange === exchange) continue
    // From what was asked, along its exchange, to what answers on another one.
    const from = rows.find((row) => row.frame === partner)?.y ?? 0
    const tie = `M${xOf(partner.exchange)},${from}V${bars.get(partner.exchange)?.bottom ?? from}L${x + 4},${y}`
    d.tie += tie
    if (chosen === frame || chosen === partner) d.chosen += tie
  }
  d.life = `M${PAGE},0V${height}M${width - LANE / 2},0V${height}`
  return { height, room: Math.max(1, lanes.length) * LANE, paths: d }
}
