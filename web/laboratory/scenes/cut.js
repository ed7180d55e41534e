// @ts-check
// Cut, and resumed: time runs to the right. The server counts on while nobody listens; what was missed is replayed.
import { make } from '../page.js'
import { linesIn } from './parts.js'
import { cut } from './recorded.js'

export const steps = 5

/** The ticks of the recording: number, and whether it was replayed. */
const ticks = cut.flatMap(({ event = '' }) => {
  const line = linesIn(event).find(({ name, value }) => name === 'data' && value.startsWith('{"n"'))
  return line ? [JSON.parse(line.value)] : []
})
const missed = ticks.filter(({ replayed }) => replayed).map(({ n }) => n)
const [firstMissed, again, end] = [missed[0], missed[0] + missed.length, ticks.length + 1]
const [, secondGet] = cut.filter(({ way }) => way === '↑').map(({ head = '' }) => head.split('\n'))

export function draw() {
  const picture = make('div', { class: 'resumed' })
  picture.style.setProperty('--ticks', `${ticks.length}`)
  picture.append(
    make('b', { class: 'server', word: 'scenes.server' }),
    make('b', { class: 'client', word: 'scenes.page' }),
    over(0, end, 'i', { class: 'between' }),
    over(1, firstMissed, 'i', { class: 'long', 'data-step': '1', 'data-until': '1' }),
    over(1, firstMissed, 'i', { class: 'long broken', 'data-step': '2' }),
    over(again, end, 'i', { class: 'long', 'data-step': '3' }),
    ...ticks.flatMap(({ n }) => (n < firstMissed ? live(n, 1, '1') : n < again ? late(n) : live(n, again, '5'))),
    get(1, '1', 'GET'),
    over(firstMissed, again, 'b', { class: 'snip', 'data-step': '2', word: 'scenes.cut-here' }),
    number(firstMissed - 1, 'is-last', '3'),
    get(again, '3', secondGet[1]),
    over(firstMissed, again, 'span', { class: 'again', 'data-step': '4' }, [
      make('b', { word: 'scenes.replayed' }),
      ...missed.map(() => make('i')),
    ]),
  )
  return picture
}

/** A tick that is heard as it is counted; those of one step come one after the other. */
function live(n, first, step) {
  const fall = over(n, n + 1, 'i', { class: 'fall', 'data-step': step })
  const all = [number(n, 'is-counted', step), fall, number(n, 'is-live', step)]
  for (const one of all) one.style.setProperty('--wait', `${n - first}`)
  return all
}

/** A tick that is counted while the stream is cut, and replayed later. */
function late(n) {
  const counted = number(n, 'is-counted', '2')
  counted.style.setProperty('--wait', `${n - firstMissed}`)
  return [counted, number(n, 'is-missed', '2', '3'), number(n, 'is-replayed', '4')]
}

function number(n, state, step, until) {
  return over(n, n + 1, 'span', { class: `number ${state}`, 'data-step': step, 'data-until': until }, [`${n}`])
}

function get(n, step, text) {
  return over(n, n + 1, 'span', { class: 'asks', 'data-step': step }, [make('b', {}, text)])
}

/** An element over the ticks from one to another, exclusive. The first column has the names. */
function over(from, to, tag, properties, children = []) {
  const element = make(tag, properties, ...children)
  element.style.setProperty('--from', `${from + 1}`)
  element.style.setProperty('--to', `${to + 1}`)
  return element
}
