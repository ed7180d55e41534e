// @ts-check
// Slow motion of the lanes: rows of the record wait in a queue, and one after the other is drawn. The record has them all.
import { rowsOf } from './lanes-rows.js'
import { announce, make, say, setting } from './page.js'
import { createQueue, SPEEDS } from './slow.js'

const ALL = 2000 // rows; more than a record holds

/** @param {HTMLElement} section where one chooses the speed @param {import('./main.js').App} app */
export function mount(section, app) {
  const { record } = app
  const next = make('button', { class: 'next', 'data-key': 'n', onclick: () => queue.next() })
  const time = make('span', { class: 'why' })
  section.append(next, time)
  const speed = () => (SPEEDS.includes(setting('speed')) ? setting('speed') : '1')
  const rows = () => rowsOf(record, undefined, ALL)
  const queue = createQueue({ onShow: show })
  /** Rows that have been shown or wait, by key. @type {Set<string>} */
  let known = new Set()
  /** Frames whose rows wait. @type {Set<unknown>} */
  let hidden = new Set()
  let before = /** @type {import('./lanes-rows.js').Row | undefined} */ (undefined)

  app.waits = queue.has
  app.shown = () => (hidden.size ? record.frames.filter((frame) => !hidden.has(frame)) : record.frames)
  // Before the lanes, which are mounted later: what they draw then is what is to be seen.
  app.addEventListener('record', ({ detail: { cleared } }) => {
    if (cleared) forget()
    if (speed() !== '1') take()
    if (cleared) show([])
  })
  addEventListener('hashchange', settle)
  settle()

  function take() {
    const all = rows()
    // A head that waits may have got its body meanwhile.
    queue.put(all.filter(({ key }) => !known.has(key) || queue.has(key)))
    known = new Set(all.map(({ key }) => key))
  }

  /** Another conversation. */
  function forget() {
    queue.clear()
    known = new Set()
    hidden = new Set()
    before = undefined
  }

  function settle() {
    if (speed() !== '1') for (const { key } of known.size ? [] : rows()) known.add(key)
    else known = new Set()
    queue.set(speed())
    next.hidden = next.disabled = speed() !== 'step'
    show([])
  }

  /** @param {import('./lanes-rows.js').Row[]} rows that are shown now */
  function show(rows) {
    hidden = new Set(queue.things().map(({ frame }) => frame))
    hidden.delete(undefined)
    say(next, queue.size ? 'slow.next' : 'slow.none', queue.size)
    if (rows.length) tell(rows)
    else if (!before) say(time, 'slow.held')
    time.hidden = speed() === '1' || (speed() === 'step' && !before)
    app.dispatchEvent(new Event('shown'))
  }

  /** When it happened, which is not when it is shown. */
  function tell(rows) {
    const [row, last = before] = [rows.at(-1), rows.at(-2)]
    before = row
    const at = (row.at / 1000).toFixed(4)
    const later = last ? (row.at - last.at).toFixed(1) : '0'
    say(time, 'slow.time', at, later)
    if (speed() !== '1') announce('slow.said', row.label, at, later)
  }
}
