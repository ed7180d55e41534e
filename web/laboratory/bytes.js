// @ts-check
// The bytes of the selected frame, what each of them is, and what a parser knows after each. Never a byte that was not seen.
import { endBoxes } from './control.js'
import { hexView } from './hex-view.js'
import { glyphOf, hex } from './hex.js'
import { make, say, set, setting, t } from './page.js'
import { linesOf } from './roles.js'
import { stateAfter } from './scrub.js'
import { createParser } from './sse/parser.js'

const ENDS = { 10: 'lf', 13: 'cr' }
const STATE = ['held', 'data', 'type', 'lastEventId', 'retry', 'events']

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const note = make('p')
  const views = make('fieldset', { class: 'row' }, make('legend', { word: 'bytes.view' }))
  for (const view of ['both', 'hex', 'text', 'spoken']) {
    const radio = make('input', { type: 'radio', name: 'view', value: view, onchange: () => set({ bytes: view }) })
    views.append(make('label', {}, radio, ' ', make('span', { word: `bytes.${view}` })))
  }
  const grid = hexView((at, isChosen) =>
    point(
      lines.find(({ end }) => at < end),
      at,
      isChosen,
    ),
  )
  const spoken = make('p')
  const all = make('button', { word: 'bytes.all', onclick: () => show(true) })
  const legend = make('p', { class: 'row legend code' })
  for (const role of ['name', 'colon', 'space', 'value', 'end', 'dispatch', 'comment', 'bom', 'cut', 'torn'])
    legend.append(
      make('span', { class: role, word: `${role === 'cut' || role === 'torn' ? 'bytes' : 'roles'}.${role}` }),
    )
  const here = make('p', { class: 'code', 'aria-live': 'polite' })
  const fields = make('ul', { class: 'fields' })
  const ends = make('p')
  const slider = make('input', { type: 'range', id: 'split', min: 0, oninput: scrub })
  const told = make('p', { 'aria-live': 'polite' })
  const state = Object.fromEntries(STATE.map((name) => [name, make('dd', { class: 'code' })]))
  const pairs = STATE.flatMap((name) => [make('dt', { word: `bytes.${name}` }), state[name]])
  const label = make('label', { for: 'split', word: 'bytes.split' })
  const split = make('div', {}, make('h3', {}, label), slider, told, make('dl', { class: 'pairs' }, ...pairs))
  const detail = make('div', { class: 'stack' }, make('h3', { word: 'bytes.fields' }), ends, fields, split)
  section.append(note, views, legend, grid.element, spoken, all, here, detail, ladder())
  let lines = /** @type {import('./roles.js').Line[]} */ ([])
  let isWhole = false
  app.addEventListener('select', () => show(false))
  app.addEventListener('point', () => mark())
  addEventListener('hashchange', () => show())
  show(false)

  function show(whole = isWhole) {
    isWhole = whole
    const { bytes, cuts = [], way, type, exchange, offset } = app.selected ?? {}
    const view = setting('bytes', 'both')
    const isBlock = way === '↓' && type !== 'body'
    const isHidden = exchange?.reader === 'EventSource' && way !== '↑'
    for (const radio of views.querySelectorAll('input')) radio.checked = radio.value === view
    for (const part of [views, legend, grid.element, spoken, all, here, detail]) part.hidden = !bytes
    if (!bytes) return say(note, !app.selected ? 'bytes.none' : isHidden ? 'bytes.hidden' : 'bytes.bare')
    const inside = cuts.filter((cut) => cut > 0 && cut < bytes.length)
    say(note, 'bytes.reads', bytes.length.toLocaleString('en'), offset ?? 0, inside.length + 1)
    lines = isBlock ? linesOf(bytes, offset === 0) : []
    detail.hidden = legend.hidden = !isBlock
    spoken.hidden = view !== 'spoken' || !isBlock
    grid.element.hidden = !spoken.hidden
    all.hidden = isWhole || bytes.length <= 65536
    here.textContent = ''
    if (spoken.hidden) grid.show(app.selected, { lines, isWhole, view })
    else spoken.textContent = lines.map(read).join('. ')
    fields.replaceChildren(...lines.slice(0, 100).map(fieldOf))
    const last = lines.at(-1)
    const isOver = last?.kind === 'blank'
    say(
      ends,
      last?.dispatches ? 'bytes.ends' : isOver ? 'bytes.empty' : 'bytes.open',
      last && spell(last),
      last?.dispatches,
    )
    slider.max = `${bytes.length}` // before its value, which may not be above it
    slider.value = slider.max
    if (isBlock) scrub()
    mark()
  }

  function spell({ start, end }) {
    return [...app.selected.bytes.subarray(start, end)].map((byte) => hex(byte)).join(' ')
  }

  /** "event, colon, space, endpoint, line feed" */
  function read({ parts }) {
    const { bytes } = app.selected
    const words = parts.flatMap(([role, start, end]) => {
      const codes = [...bytes.subarray(start, end)]
      if (role === 'end' || role === 'dispatch') return codes.map((code) => t(`bytes.${ENDS[code]}`))
      if (role === 'colon' || role === 'space' || role === 'bom') return t(`roles.${role}`)
      const text = new TextDecoder().decode(bytes.subarray(start, end))
      return isWhole || text.length < 400 ? text : `${text.slice(0, 400)} ⋯ ${text.length - 400}`
    })
    return words.join(', ')
  }

  function fieldOf(line) {
    const { kind, name, value, ignored, dispatches } = line
    const text = kind === 'comment' ? `: ${value}` : `${name}: ${value}`
    const shown = make(ignored ? 's' : 'span', { class: 'code' })
    shown.append(...(kind === 'blank' || kind === 'half' ? boxesOf(line) : [text.slice(0, 80)]))
    const why = ignored ?? (dispatches ? 'dispatch' : kind === 'field' ? undefined : kind)
    const note = why && make('span', { class: 'why', word: `roles.${why}` })
    const go = () => point(line, line.start, true)
    const button = make('button', { onclick: go, onfocus: go, onpointerenter: go, line }, shown, ' ', note ?? '')
    return make('li', {}, button)
  }

  function boxesOf({ kind, start, end }) {
    return endBoxes(String.fromCharCode(...app.selected.bytes.subarray(start, end)), kind === 'blank')
  }

  /** The range of a line is always the same array: to point at it twice is no news. */
  function point(line, at, isRevealed = false) {
    if (!app.selected?.bytes) return
    describe(line, at)
    if (!line) return
    line.range ??= [line.start, line.end]
    app.select(app.selected, { bytes: line.range, part: app.part })
    if (isRevealed) grid.mark(line.range, true)
  }

  function describe(line, at) {
    const role = line?.parts.find(([, , end]) => at < end)?.[0]
    const byte = app.selected.bytes[at]
    here.textContent = `${at} · ${hex(byte)} · ${role ? t(`roles.${role}`) : glyphOf(app.selected.bytes, at, '')}`
  }

  function mark() {
    const range = app.pointed ?? [0, 0]
    grid.mark(range, false)
    for (const { firstChild: button } of /** @type {any} */ (fields.children))
      button.ariaCurrent = button.line.start < range[1] && range[0] < button.line.end ? 'true' : null
  }

  function scrub() {
    const { bytes, offset } = app.selected
    const count = Number(slider.value)
    const now = stateAfter(createParser, bytes, count, offset === 0)
    say(told, 'bytes.after', count, count ? hex(bytes[count - 1]) : '–')
    for (const name of STATE) state[name].textContent = short(now[name])
    if (now.torn) state.held.textContent += ` + ${now.torn} B`
    state.events.textContent = now.events.map(({ type, data }) => `${type} (${data.length})`).join(', ') || '–'
    grid.feed(count)
  }
}

const short = (value = '–') =>
  value === '' ? '""' : `${value}`.length > 160 ? `${`${value}`.slice(0, 160)}…` : `${value}`

/** What can be seen with what, and the one command that shows an open stream. */
function ladder() {
  const port = location.port || (location.protocol === 'https:' ? 443 : 80)
  const rungs = ['source', 'tools', 'reader', 'shark'].map((name) =>
    make('li', {}, make('strong', { word: `bytes.${name}` }), ' ', make('span', { word: `bytes.${name}Sees` })),
  )
  const command = `tshark -i lo -f 'tcp port ${port}' -o http.desegment_body:FALSE -Y http`
  return make(
    'details',
    {},
    make('summary', { word: 'bytes.ladder' }),
    make('ol', {}, ...rungs),
    make('pre', {}, command),
  )
}
