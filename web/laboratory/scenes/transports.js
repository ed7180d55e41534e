// @ts-check
// One call over three transports: the calls stand side by side, and what each needs before it stands above.
import { make } from '../page.js'
import { box, read, toneOf } from './parts.js'
import { http, sse, stateless } from './recorded.js'

export const steps = 3

const COLUMNS = [
  { name: 'HTTP+SSE', revision: '2024-11-05', rows: sse },
  { name: 'Streamable HTTP', revision: '2025-11-25', rows: http },
  { word: 'scenes.stateless', revision: '2026-07-28', rows: stateless },
]
/** The call and its answer are the last two of so many rows. */
const ROWS = 7

export function draw() {
  return make('div', { class: 'three' }, ...COLUMNS.map(columnOf))
}

function columnOf({ name = '', word, revision, rows }, index) {
  const step = { 'data-step': `${index + 1}` }
  const requests = rows.filter(({ way }) => way === '↑')
  const count = make('b', { class: 'requests', ...step }, `${requests.length}`)
  const head = make('div', { class: 'transport' }, count, make('b', { word }, name), make('span', {}, revision))
  const hops = hopsOf(rows)
  const first = ROWS - hops.length + 1
  hops.forEach((hop, at) => hop.style.setProperty('--row', `${first + at}`))
  // The call is there from the beginning; with its step come what it needs before it, and the answer.
  for (const hop of hops) if (hop !== hops.at(-2)) hop.dataset.step = step['data-step']
  const lives = [make('i', { class: 'lives' })]
  if (hops.length > 2) lives.push(make('i', { class: 'lives before-it', ...step }))
  if (rows.some(({ event }) => event)) lives.push(make('i', { class: 'duct', ...step }))
  const line = make('i', { class: 'call-line' })
  const wires = make('div', { class: 'wires' }, ...lives, ...hops, line)
  wires.style.setProperty('--first', `${first}`)
  if (requests.length === 1) wires.append(make('span', { class: 'before', word: 'scenes.before' }))
  const ends = make('p', { class: 'ends' }, make('b', { word: 'scenes.page' }), make('b', { word: 'scenes.server' }))
  return make('div', { class: 'column' }, head, wires, ends)
}

/** A row for each request and each answer. What is no answer (202, the head of a stream, comments) is left out. */
function hopsOf(rows) {
  const hops = []
  for (const row of rows) {
    const { way, head, event } = row
    const { colour } = read(row)
    const tone = toneOf(colour)
    if (way === '↑') hops.push(make('div', { class: `hop up ${tone}` }, box(row)))
    else if (head?.includes('json'))
      hops.push(make('div', { class: `hop down ${tone}` }, make('span', { class: `box ${tone}` }, '200 JSON')))
    else if (event?.startsWith('event:')) hops.push(make('div', { class: `hop down streamed ${tone}` }, box(row)))
  }
  return hops
}
