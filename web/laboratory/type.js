// @ts-check
// Type your own stream: a sheet with its line ends, a cut, beside each line its rule, and what the parser holds.
import { endBoxes } from './control.js'
import { hex } from './hex.js'
import { bytesOf, charactersOf, ENDS, progressOf, SAMPLES } from './own-stream.js'
import { make, say, set, setting, t } from './page.js'
import { createParser } from './sse/parser.js'

const STATE = ['torn', 'held', 'data', 'type', 'id', 'lastEventId', 'retry']
const LINES = 200 // that are drawn

const eol = () => (setting('eol') in ENDS ? setting('eol') : 'LF')

/** @param {HTMLElement} section */
export function mount(section) {
  const area = make('textarea', { label: 'type.text', spellcheck: false, autocapitalize: 'off', wrap: 'off' })
  const sheet = make('pre', { 'aria-hidden': 'true' })
  const slider = make('input', { type: 'range', id: 'cut', min: 0 })
  const count = make('output', { for: 'cut' })
  const ticks = make('div', { class: 'ticks', 'aria-hidden': 'true' })
  const rules = make('ol', { class: 'rules', label: 'type.lines' })
  const said = make('p', { role: 'status' })
  const pending = make('p', { class: 'why', word: 'type.pending' })
  const events = make('ol', { class: 'events code' })
  const values = Object.fromEntries(STATE.map((name) => [name, make('dd', { class: 'code' })]))
  const samples = Object.keys(SAMPLES).map((name) =>
    make('button', { word: `type.${name}`, onclick: () => begin(SAMPLES[name]) }),
  )
  const ends = Object.keys(ENDS).map((end) => make('button', { onclick: () => choose(end) }, end))
  const editor = make('div', { class: 'editor code' }, make('div', {}, sheet, area))
  section.append(
    make('p', { class: 'why', word: 'type.what' }),
    make(
      'div',
      { class: 'own' },
      make(
        'div',
        { class: 'stack' },
        make('p', { class: 'row' }, make('span', { class: 'why', word: 'type.samples' }), ...samples),
        make('p', { class: 'row' }, make('span', { class: 'why', word: 'type.ends' }), ...ends),
        make('p', { class: 'row' }, make('label', { for: 'cut', word: 'type.cut' }), count),
        slider,
        ticks,
        make('div', { class: 'sheet' }, editor, rules),
        said,
        make('p', { class: 'why', word: 'type.standard' }),
      ),
      make(
        'div',
        { class: 'stack' },
        make('h3', { word: 'type.state' }),
        make(
          'dl',
          { class: 'pairs' },
          ...STATE.flatMap((name) => [make('dt', { word: `type.${name}` }), values[name]]),
        ),
        pending,
        make('h3', { word: 'type.dispatched' }),
        events,
      ),
    ),
  )
  let bytes = bytesOf('')
  let end = eol()
  const cut = () => Number(slider.value)

  area.addEventListener('input', () => write())
  slider.addEventListener('input', () => show())
  // Into the address when the hand rests: a link shows the same stream, cut at the same byte.
  for (const input of [area, slider])
    input.addEventListener('change', () => set({ stream: area.value, cut: `${cut()}` }))
  addEventListener('hashchange', () => {
    const [stream, cut] = [setting('stream', area.value), setting('cut', slider.value)]
    if (stream === area.value && cut === slider.value && end === eol()) return show() // the language may be another one
    area.value = stream // a link, or a mission, shows another one
    write(cut)
  })
  area.value = setting('stream', SAMPLES.odd)
  write(setting('cut'))

  function begin(text) {
    area.value = text
    write()
    set({ stream: text, cut: undefined })
  }

  function choose(end) {
    set({ eol: end === 'LF' ? undefined : end, cut: undefined })
    write()
  }

  /** Another text: all of it has come, unless a link says how much. */
  function write(cut = '') {
    end = eol()
    bytes = bytesOf(area.value, end)
    slider.max = bytes.length
    slider.value = cut === '' ? bytes.length : Number(cut)
    show()
  }

  function show() {
    const count_ = cut()
    const now = progressOf(createParser, bytes, count_)
    for (const button of ends) button.ariaPressed = `${button.textContent === eol()}`
    say(count, 'type.count', count_, bytes.length)
    slider.ariaValueText = count.textContent
    draw(now, count_)
    for (const name of STATE) hold(values[name], name, now.state[name])
    pending.hidden = !now.isPending
    events.replaceChildren(...now.events.map(eventOf))
    if (!now.events.length) events.append(make('li', { class: 'why', word: 'type.nothing' }))
    tell(now)
  }

  /** What the byte before the cut has done, in words. */
  function tell({ last, read }) {
    if (!last) return say(said, 'type.begin')
    const { rule, event, at } = last
    if (event !== undefined && at === cut()) return say(said, 'type.fires', at, hex(bytes[at - 1]), event)
    say(said, 'type.did', read, t(`type.r-${rule}`, event))
  }

  function draw({ lines, read, marks, state }, count) {
    const shown = lines.slice(0, LINES)
    sheet.replaceChildren(...shown.map((line) => lineOf(bytes, line, count)))
    rules.replaceChildren(
      ...shown.map((line, index) => {
        const { rule, isIgnored, event } = line
        const waits = index === read && state.held !== ''
        if (index >= read) return make('li', {}, waits ? make('span', { word: 'type.waits' }) : '')
        const text = make('span')
        say(text, `type.r-${rule}`, event)
        return make('li', { class: event ? 'fires' : isIgnored ? 'off' : '' }, text)
      }),
    )
    ticks.replaceChildren(
      ...marks.map((mark) => {
        const tick = make('i')
        tick.style.left = `${(mark / bytes.length) * 100}%`
        return tick
      }),
    )
  }
}

/** A line of the sheet: its offset, its parts by their roles, its line end as boxes. */
function lineOf(bytes, { start, parts, kind, isIgnored, event }, count) {
  const line = make('span', { class: isIgnored && kind === 'field' ? 'line dead' : 'line', 'data-at': start })
  for (const [role, from, to] of parts)
    for (const [text, at, end] of charactersOf(bytes, from, to)) {
      const isEnd = role === 'end' || role === 'dispatch' || role === 'half'
      const character = make('span', { class: role }, ...(isEnd ? endBoxes(text, event !== undefined) : [text]))
      if (at >= count) character.classList.add('late')
      if (at === count) character.classList.add('knife')
      if (at < count && count < end) {
        character.classList.add('torn')
        character.style.setProperty('--come', `${(100 * (count - at)) / (end - at)}%`)
      }
      line.append(character)
    }
  return line
}

function hold(cell, name, value) {
  const isNothing = value === undefined || value.length === 0
  cell.classList.toggle('why', isNothing)
  if (name === 'torn') cell.textContent = value.map((byte) => hex(byte)).join(' ') || '–'
  else if (name === 'retry') cell.textContent = value === undefined ? '–' : `${value} ms`
  else cell.textContent = value === undefined ? '–' : JSON.stringify(value)
}

function eventOf({ type, data, lastEventId }, index) {
  const pairs = Object.entries({ type, data, lastEventId })
  const parts = pairs.flatMap(([name, value]) => [make('span', { class: 'name' }, name), ` ${JSON.stringify(value)} `])
  return make('li', {}, make('b', {}, `${index + 1}`), ' ', ...parts)
}
