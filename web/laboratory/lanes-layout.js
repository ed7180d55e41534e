// @ts-check
// Where the rows of the lanes stand, and what is drawn between them. No DOM: it runs in Node as well.
import { isStream, laneOf } from './lanes-rows.js'

const ROW = 32
const BEAT = 20 // a comment, `retry`, a state: no event, so it is small
const BAR = 30 // before what goes up: the number of the exchange, and how long nothing came
const SILENCE = 100 // milliseconds; a shorter one is none

/** Where the lanes are, in a drawing so many pixels wide. `post` and `stream`: the boxes in them, [left, right]. */
export function lanesIn(width) {
  const isNarrow = width < 520
  const page = isNarrow ? 10 : 78
  const server = width - (isNarrow ? 8 : 22)
  const inner = server - page
  const at = (share) => Math.round(page + share * inner)
  return {
    page,
    server,
    post: [at(isNarrow ? 0.04 : 0.06), at(0.44)],
    stream: [at(0.54), at(isNarrow ? 0.96 : 0.95)],
  }
}

/**
 * Puts the rows into their places (`y`, the middle of each) and says what to draw: `arrows` from lifeline to lifeline,
 * `ties` from a request to what answers it, `pipes` for streams, `trips` from a POST to its 202, `bars` with numbers.
 *
 * @param {import('./lanes-rows.js').Row[]} rows @param {import('./record.js').Exchange[]} exchanges @param {number} width
 * @param {number} [room] the height that is there: an open stream reaches to the lower edge
 */
export function layout(rows, exchanges, width, room = 0) {
  const lanes = lanesIn(width)
  const bars = place(rows)
  const last = rows.at(-1)
  const height = Math.max(room, (last?.y ?? 0) + ROW + BAR)
  const { page, server } = lanes
  const arrows = rows
    .filter(({ way, kind }) => way !== 'none' && kind !== 'beat')
    .map(({ key, y, way, kind, colour, voice }) => {
      const [x1, x2] = way === 'up' ? [page, server] : [server, page]
      return { key, y, x1, x2, way, kind, colour, voice }
    })
  const pipes = exchanges.filter(isStream).flatMap((exchange) => pipeOf(exchange, rows, lanes, height) ?? [])
  return { ...lanes, height, arrows, bars, pipes, ties: tiesOf(rows, lanes), trips: tripsOf(rows, lanes) }
}

/** Gives each row its `y` and its `silence`. Returns the bars. */
function place(rows) {
  let y = 0
  let before = rows[0]?.at
  const bars = []
  for (const row of rows) {
    const silence = row.at - before
    row.silence = silence > SILENCE ? silence : undefined
    const isLong = silence > 2000
    if (row.bar !== undefined || isLong) {
      bars.push({ y: y + BAR / 2, number: row.bar, silence: row.silence })
      y += BAR
    }
    const height = row.kind === 'beat' || row.kind === 'state' ? BEAT : ROW
    row.y = y + height / 2
    y += height
    before = row.at
  }
  return bars
}

/** From the head of a stream to its end; below what is drawn where it is open. */
function pipeOf(exchange, rows, lanes, height) {
  const own = rows.filter((row) => row.exchange === exchange)
  const [first, last] = [rows[0]?.at ?? 0, rows.at(-1)?.at ?? 0]
  const begin = exchange.answeredAt ?? exchange.at
  if (!rows.length || begin > last || (exchange.endedAt ?? Infinity) < first) return
  const head = own.find(({ kind }) => kind === 'head') ?? own.find(({ kind }) => kind !== 'get' && kind !== 'post')
  const end = own.find(({ kind }) => kind === 'end')
  const [left, right] = lanes[laneOf(exchange)]
  const top = begin < first || !head ? 0 : (head.y ?? 0)
  return { number: exchange.number, left, right, top, bottom: end?.y ?? height, ending: end && exchange.ending }
}

/** Asked here, answered there: from each request to every row of its voice that comes the other way. */
function tiesOf(rows, { post, stream }) {
  const asked = new Map()
  const ties = []
  for (const row of rows) {
    const { voice, way, lane, y, key, colour, frame } = row
    if (voice === undefined) continue
    if (frame?.message?.method && frame.message.id !== undefined) asked.set(voice, row)
    const from = asked.get(voice)
    if (!from || from.way === way) continue
    const isAcross = from.lane !== lane
    const [x1, x2] = [from.lane === 'post' ? post[1] : stream[0], isAcross && lane === 'stream' ? stream[0] : post[1]]
    ties.push({ key, voice, colour, isAcross, x1, y1: from.y, x2, y2: y })
  }
  return ties
}

/** A POST and the head of its response are one exchange, however long it took. */
function tripsOf(rows, { post }) {
  const begun = new Map()
  const x = Math.round((post[0] + post[1]) / 2)
  return rows.flatMap((row) => {
    if (row.kind === 'post') begun.set(row.exchange, row)
    const from = begun.get(row.exchange)
    return row.kind === 'accepted' && from ? [{ key: row.key, x, y1: from.y, y2: row.y }] : []
  })
}
