// @ts-check
// The reconnect laboratory: a stream of numbered ticks, cut for real, and what its reader does then.
import { sheetsOf } from './cuts.js'
import { cutMcp } from './cut-mcp.js'
import { createManuscript } from './manuscript.js'
import { announce, make, say } from './page.js'
import { createRecord } from './record.js'
import { readTicks } from './tick-readers.js'
import { createTicks } from './ticks.js'

const SHOWN = 120 // squares
const FIELDS = { interval: '500', retry: '2000', keepalive: '5000' } // milliseconds
const CHOICES = { reader: ['fetch', 'EventSource'], ids: ['on', 'off'], eol: ['lf', 'crlf', 'cr'] }
const ANSWERS = ['normal', '204', '500', 'wrong-type']
const STATES = ['live', 'replayed', 'lost', 'duplicate']

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export async function mount(section, app) {
  const { course } = await app.course
  if (!course) return section.append(make('p', { class: 'why', word: 'reconnect.none' }))
  const record = createRecord() // of its own: the ticks are no part of the conversation
  const run = `lab-${Math.random().toString(36).slice(2)}`
  const setting = Object.fromEntries([
    ...Object.entries(CHOICES).map(([name, all]) => [name, make('select', {}, ...all.map((one) => new Option(one)))]),
    ...Object.entries(FIELDS).map(([name, value]) => [
      name,
      make('input', { type: 'number', min: name === 'keepalive' ? 0 : 20, value }),
    ]),
  ])
  const answer = make('select', {}, ...ANSWERS.map((one) => make('option', { value: one, word: `reconnect.${one}` })))
  const start = make('button', { word: 'reconnect.start', onclick: () => (reading ? finish('stopped') : begin()) })
  const cut = make('button', { word: 'reconnect.cut', onclick: () => post('cut') })
  const leave = make('button', { word: 'reconnect.leave', onclick: () => reading?.drop?.() })
  const mute = make('button', { word: 'reconnect.mute', onclick: () => post('next?answer=mute') })
  const unmute = make('button', { word: 'reconnect.unmute', onclick: () => post('next?answer=normal') })
  const lead = make('p', { class: 'lead', word: 'reconnect.why' })
  const state = make('b', { class: 'closed', word: 'reconnect.isClosed' })
  const squares = make('ol', { class: 'squares', 'aria-hidden': 'true' })
  const legend = STATES.map((one) =>
    make(
      'span',
      {},
      make('i', { class: 'square', 'data-state': one }),
      ' ',
      make('span', { word: `reconnect.${one}` }),
    ),
  )
  const count = make('p')
  const states = make('p', { class: 'code' })
  const hides = make('p', { class: 'why', word: 'reconnect.hides', hidden: true })
  const mcp = make('button', { word: 'reconnect.mcp', onclick: showCut })
  const told = make('p', { role: 'status' })
  const manuscript = createManuscript()
  const labelled = (name, input) => make('label', {}, make('span', { word: `reconnect.${name}` }), ' ', input)
  const folded = (word, ...parts) =>
    make('details', {}, make('summary', { word }), make('div', { class: 'stack' }, ...parts))
  section.append(
    make(
      'div',
      { class: 'cut-view' },
      make(
        'div',
        { class: 'stack' },
        lead,
        make('p', { class: 'row' }, start, cut, state),
        squares,
        make('p', { class: 'row why' }, ...legend),
        count,
        states,
        hides,
        folded(
          'reconnect.settings',
          make('p', { class: 'row' }, ...Object.entries(setting).map(([name, input]) => labelled(name, input))),
          make('p', { class: 'row' }, labelled('next', answer), leave, mute, unmute),
        ),
        folded('reconnect.onMcp', make('p', { class: 'why', word: 'reconnect.mcpWhy' }), mcp, told),
      ),
      manuscript.element,
    ),
  )
  answer.addEventListener('change', () => post(`next?answer=${answer.value}`))
  setting.reader.addEventListener('change', enable)
  let ticks = createTicks()
  let gets = 0
  let counting = /** @type {undefined | ReturnType<typeof setInterval>} */ (undefined)
  let reading = /** @type {undefined | ReturnType<typeof readTicks>} */ (undefined)
  let isAsked = false
  record.listen(() => {
    if (!isAsked) requestAnimationFrame(draw)
    isAsked = true
  })
  enable()
  app.reconnect = { begin, cut: () => post('cut'), end: () => finish('stopped') }
  app.dispatchEvent(new Event('reconnect'))

  async function post(what) {
    const url = `api/${what}${what.includes('?') ? '&' : '?'}run=${run}`
    await fetch(url, { method: 'POST' }).catch(({ message }) => tell('unreachable', message))
  }

  function begin() {
    if (reading) finish('stopped')
    record.clear()
    ticks = createTicks()
    gets = 0
    const query = new URLSearchParams({ run })
    for (const [name, { value }] of Object.entries(setting)) if (name !== 'reader') query.set(name, value)
    const url = new URL(`api/ticks?${query}`, location.href).href
    const [reader, retry] = [setting.reader.value, Number(setting.retry.value)]
    tell('begun')
    rest('isConnecting')
    reading = readTicks({ url, reader, retry, record, onEvent: take, onGone: wait, onOver: finish })
    enable()
  }

  function take(type, data) {
    app.dispatchEvent(new CustomEvent('tick', { detail: { type, data } }))
    if (type === 'tick') return ticks.take(data)
    gets++
    rest('isOpen')
    answer.value = 'normal' // what was asked for was given once
    const { lastEventId, replayed } = data
    if (lastEventId === null) return tell('first', gets)
    if (!replayed) return tell('nothing', gets, lastEventId)
    tell('back', gets, lastEventId, replayed, `${Number(lastEventId) + 1}–${Number(lastEventId) + replayed}`)
  }

  function draw() {
    isAsked = false
    const drawn = [...ticks.states].toSorted(([one], [other]) => one - other).slice(-SHOWN)
    squares.replaceChildren(
      ...drawn.map(([n, state]) => make('li', { class: state, title: String(n) }, String(n % 1000))),
    )
    say(count, 'reconnect.count', ...STATES.map(ticks.count))
    const seen = record.frames.filter(({ way }) => way === '·').map(({ text }) => text)
    states.textContent = seen.length ? `readyState: ${seen.slice(-6).join(' → ')}` : ''
    hides.hidden = !seen.length
    manuscript.show(sheetsOf(record), !reading)
  }

  function tell(word, ...values) {
    say(lead, `reconnect.${word}`, ...values)
    announce(`reconnect.${word}`, ...values)
  }

  /** Says that it is cut, and counts down to the next GET. */
  function wait(ms) {
    tell('gone', ms)
    rest('isConnecting')
    const due = performance.now() + ms
    const show = () => say(state, 'reconnect.left', (Math.max(0, due - performance.now()) / 1000).toFixed(1))
    show()
    counting = setInterval(show, 100)
  }

  /** Ends the counting down. */
  function rest(word) {
    clearInterval(counting)
    say(state, `reconnect.${word}`)
    state.className = { isOpen: 'open', isConnecting: 'connecting', isClosed: 'closed' }[word]
  }

  function finish(word) {
    if (!reading) return
    const ended = reading
    reading = undefined
    ended?.stop()
    rest('isClosed')
    tell(word)
    enable()
    draw()
    app.dispatchEvent(new CustomEvent('tick', { detail: { type: 'over' } }))
  }

  function enable() {
    const isFocused = document.activeElement === cut
    say(start, reading ? 'reconnect.stop' : 'reconnect.start')
    start.className = reading ? '' : 'next'
    for (const button of [cut, mute, unmute]) button.disabled = !reading
    cut.className = 'next'
    for (const input of Object.values(setting)) input.disabled = reading !== undefined
    leave.disabled = !reading?.drop
    if (isFocused && cut.disabled) start.focus()
  }

  async function showCut() {
    mcp.disabled = true
    try {
      const { status, message, endpoint } = await cutMcp(app.record)
      say(told, 'reconnect.mcpDone', status, message, endpoint)
    } catch ({ message }) {
      say(told, 'reconnect.mcpFailed', message)
    }
    mcp.disabled = false
    if (document.activeElement === document.body) mcp.focus() // a disabled button drops it
  }
}
