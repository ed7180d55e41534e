// @ts-check
// Whatever goes or comes is drawn three times when its turn has come: in the picture, as the newest, in the list.
import { withBoxes } from './control.js'
import { $, choice, choose, say, stamp } from './draw.js'
import { describe } from './messages.js'
import { showNewest } from './newest.js'
import { Pipe } from './pipe.js'
import { SlowMotion, SPEEDS } from './slow.js'

const STATES = ['connecting', 'open', 'closed']
const KEPT = 200 // rows; the oldest gives way

const clock = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
}
const slow = new SlowMotion(clock, showWaiting)
const pipe = new Pipe($('picture'))
let start = 0 // ms
let count = 0
/** When each request of ours went, by its id; the GET by its name. */
const sent = new Map()
/** What the rows of the list stand for. @type {Map<number, any>} */
const entries = new Map()

/** A new stream, and a new list. */
export function clearRecord() {
  slow.clear()
  pipe.clear()
  sent.clear()
  entries.clear()
  start = performance.now()
  count = 0
  $('frames').replaceChildren()
}

/** Something goes, comes, or changes; resolves when it is drawn. What we do is drawn at once, what comes waits its turn. */
export const record = (way, type, id, data) =>
  slow.play((time) => show({ way, type, id, data, time }), way === '↑' || (way === '·' && data === '0'))

/** In slow motion a press draws the next thing that waits. False where nothing waits: then the press does its own work. */
export const drawNext = () => slow.next()

/** A POST was answered: 202 where all is well, and nothing in it. Resolves when it is drawn. */
export const received = (posted, status, text) =>
  slow.play(async (time) => {
    const entry = await posted // was drawn before
    entry.status = `${status} ${text}`
    entry.row.querySelector('.status').textContent = entry.status
    pipe.received(entry.number, status, passed(time - entry.time))
    if ($('newest').dataset.number === `${entry.number}`) showNewest(entry)
  })

function show(seen) {
  const { way, type, id, data, time } = seen
  const entry = { ...seen, number: ++count, ...describe(way, type, data), size: sizeOf(data) }
  if (way === '·') entry.label = STATES[Number(data)]
  if (way === '↑' && type === 'GET') sent.set('GET', time)
  if (way === '↑' && id !== undefined) sent.set(id, time)
  const asked = sent.get(type === 'endpoint' ? 'GET' : entry.request)
  entry.after = way === '↓' && asked !== undefined ? passed(time - asked) : ''
  entry.row = rowOf(entry)
  entries.set(entry.number, entry)
  entries.delete(count - KEPT)
  pipe.show(entry)
  if (way !== '·') showNewest(entry)
  return entry
}

const sizeOf = (text) => new TextEncoder().encode(text).length
const passed = (ms) => `+${Math.round(ms)} ms`

/** One more row: raw, and as indented JSON while it is open. */
function rowOf({ number, time, way, type, id, data }) {
  const texts = { number, time: `${Math.round(time - start)} ms`, way, type, id: id === undefined ? '' : `id ${id}` }
  const row = stamp('frame', texts)
  row.querySelector('.data').append(...withBoxes(data.slice(0, 300)))
  row.firstElementChild.addEventListener('toggle', ({ target }) => {
    row.querySelector('pre').replaceChildren(...(target.open ? indented(data) : []))
  })
  $('frames').append(row)
  if (number > KEPT) $('frames').firstElementChild.remove()
  return row
}

function indented(data) {
  try {
    return [JSON.stringify(JSON.parse(data), undefined, 2)]
  } catch {
    return withBoxes(data)
  }
}

// A press on the picture shows what is in a capsule; the list below says the same to whoever has no pointer.
$('picture').addEventListener('click', ({ target }) => {
  const entry = entries.get(Number(target.closest('.capsule')?.dataset.number))
  if (entry) showNewest(entry)
})

// The speed is a setting of the fragment, like the language: `#speed=step`.
function followSpeed() {
  const speed = SPEEDS.find((each) => each === choice().get('speed')) ?? '1'
  $('speed').querySelector(`[value="${speed}"]`).checked = true
  $('next').hidden = speed !== 'step'
  slow.speed = speed
}

function showWaiting(waiting) {
  say($('next'), 'next', waiting)
  $('next').className = waiting > 0 ? 'next' : ''
  $('next').ariaDisabled = waiting > 0 ? 'false' : 'true'
}

addEventListener('hashchange', followSpeed)
$('speed').addEventListener('change', ({ target }) => choose('speed', target.value))
$('next').addEventListener('click', drawNext)
followSpeed()
