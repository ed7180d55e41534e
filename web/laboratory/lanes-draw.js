// @ts-check
// How the lanes look: their rows, and the shapes behind them.
import { draw, make, say, t } from './page.js'
import { parsed } from './record.js'
import { kindOf } from './tree.js'

/** A row: the time, and a note on the lane that carried it. */
export function optionOf(row) {
  const { kind, way, at, id, colour, bytes } = row
  const text = make('span', { class: 'said' })
  if (kind === 'accepted') say(text, asksNothing(row) ? 'lanes.receivedAll' : 'lanes.received')
  else if (kind === 'end') say(text, `lanes.${row.label}`)
  else text.textContent = row.label
  const badge = id === undefined ? [] : [make('b', { class: 'id' }, `id ${id}`)]
  const size = bytes && bytes > 200 && kind !== 'accepted' ? [make('small', {}, `${bytes.toLocaleString('en')} B`)] : []
  const note = make('span', { class: 'lane-note' }, ...badge, text, ...size)
  const spoken = make('span', { class: 'sr' })
  if (way !== 'none') say(spoken, `lanes.${way}`)
  const classes = `lane-row ${kind} ${way} ${colour === undefined ? 'plain' : `v${colour}`}`
  const time = make('time', {}, (at / 1000).toFixed(3))
  return make('div', { class: classes, role: 'option', tabIndex: -1, note }, time, spoken, note)
}

const asksNothing = ({ exchange }) => kindOf(parsed(exchange?.body)) !== 'request'

const line = (name, x1, y1, x2, y2) => draw('path', { class: name, d: `M${x1},${y1}L${x2},${y2}` })

function pipeOf({ left, right, top, bottom, ending }) {
  const shape = `M${left},${bottom}V${top}H${right}V${bottom}`
  const pipe = draw('path', { class: `pipe ${ending ?? ''}`, d: ending ? `${shape}Z` : shape })
  const text = { class: 'flows', x: (left + right) / 2, y: bottom - 10 }
  return ending ? [pipe] : [pipe, draw('text', text, t('lanes.open'))]
}

function barOf({ y, number, silence }, width) {
  const parts = [/** @type {SVGElement} */ (line('bar', 0, y, width, y))]
  if (number !== undefined)
    parts.push(
      draw('circle', { class: 'bar', cx: 17, cy: y, r: 11 }),
      draw('text', { class: 'number', x: 17, y: y + 4 }, `${number}`),
    )
  if (silence)
    parts.push(draw('text', { class: 'silence', x: 90, y: y + 4 }, t('lanes.silence', (silence / 1000).toFixed(1))))
  return parts
}

function arrowOf({ y, x1, x2, way, kind, colour, voice }) {
  const tip = way === 'up' ? 'm-8,-5l8,5l-8,5' : 'm8,-5l-8,5l8,5'
  const d = `M${x1},${y}H${way === 'up' ? x2 - 2 : x2 + 2}${tip}`
  const tone = colour === undefined ? 'plain' : `v${colour}`
  return draw('path', { class: `arrow ${kind} ${way} ${tone}`, d, ...(voice && { 'data-voice': voice }) })
}

/** The slur: asked here, answered there. */
function tieOf({ x1, y1, x2, y2, colour, voice, isAcross }) {
  const bend = isAcross ? Math.max(18, (x2 - x1) * 0.6) : 18
  const end = isAcross ? `${x2 - bend},${y2} ${x2},${y2}` : `${x1 + bend},${y2} ${x2},${y2}`
  return draw('path', { class: `tie v${colour}`, d: `M${x1},${y1}C${x1 + bend},${y1} ${end}`, 'data-voice': voice })
}

/** All of the picture, from back to front. */
export function shapesOf({ height, page, server, post, arrows, ties, pipes, trips, bars }, width) {
  const middle = (post[0] + post[1]) / 2
  return [
    ...pipes.flatMap(pipeOf),
    line('life client', page, 0, page, height),
    line('life server', server, 0, server, height),
    line('staff', middle, 0, middle, height),
    ...bars.flatMap((bar) => barOf(bar, width)),
    ...trips.map(({ x, y1, y2 }) => line('trip', x, y1, x, y2)),
    ...arrows.map(arrowOf),
    ...ties.map(tieOf),
  ]
}
