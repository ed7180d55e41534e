// @ts-check
// The pipe: each POST goes up on a trip of its own; all events come down the one response that stays open.
import { make } from '../page.js'
import { box, read, toneOf } from './parts.js'
import { sse } from './recorded.js'

export const steps = 9

/** The step that shows each row of the recording; 0: `retry`, which is left out. */
const AT = [1, 2, 2, 0, 3, 4, 5, 6, 6, 7, 7, 8, 9]

export function draw() {
  const trips = make('div', { class: 'trips' })
  const pipe = make('div', { class: 'tube', 'data-step': '2' })
  let trip
  for (const [index, row] of sse.entries()) {
    const step = { 'data-step': `${AT[index]}` }
    if (!AT[index]) continue
    if (row.way === '↑') {
      const verb = make('span', { class: 'verb' }, row.head.split(' ')[0])
      trip = make('div', { class: `trip ${toneOf(read(row).colour)}`, ...step }, box(row, true), verb)
      trips.append(trip)
    } else if (row.event === undefined) {
      if (row.head === '202') trip.append(make('span', { class: 'back', ...step }, '202'))
      else pipe.append(make('span', { class: 'first', ...step }, row.head.split(' ')[0]))
    } else if (row.event.startsWith(':')) pipe.append(make('span', { class: 'heard', ...step }, read(row).label))
    else pipe.append(make('span', { class: 'drop', ...step }, box(row, true)))
  }
  const server = make('b', { class: 'edge server', word: 'scenes.server' })
  const page = make('b', { class: 'edge client', word: 'scenes.page' })
  return make('div', { class: 'pipes' }, server, trips, pipe, page)
}
