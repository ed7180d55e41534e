// @ts-check
// The reconnect lab: a stream of numbered ticks, cut for real, and what EventSource (or fetch, by the same rules) does.
import { cutMcp } from './cut-mcp.js'
import { announce, make, say } from './page.js'
import { createHttp } from './client-http.js'
import { createParser } from './sse/parser.js'
import { createTicks } from './ticks.js'

const SHOWN = 200 // squares
const FIELDS = { interval: '500', retry: '2000', keepalive: '5000' } // milliseconds
const CHOICES = { ids: ['on', 'off'], eol: ['lf', 'crlf', 'cr'], reader: ['EventSource', 'fetch'] }
const ANSWERS = ['normal', '204', '500', 'wrong-type']

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export async function mount(section, app) {
  const { course } = await app.course
  if (!course) return section.append(make('p', { class: 'why', word: 'reconnect.none' }))
  const { record } = app
  const run = `lab-${Math.random().toString(36).slice(2)}`
  const fields = Object.entries(FIELDS).map(([name, value]) => [
    name,
    make('input', { type: 'number', min: name === 'keepalive' ? 0 : 20, value }),
  ])
  const choices = Object.entries(CHOICES).map(([name, all]) => [
    name,
    make('select', {}, ...all.map((one) => new Option(one))),
  ])
  const setting = Object.fromEntries([...fields, ...choices])
  const answer = make('select', {}, ...ANSWERS.map((one) => make('option', { value: one, word: `reconnect.${one}` })))
  const start = make('button', { word: 'reconnect.start', onclick: () => (stop ? finish('stopped') : begin()) })
  const cut = make('button', { word: 'reconnect.cut', onclick: () => post('cut') })
  const leave = make('button', { word: 'reconnect.leave', onclick: () => drop?.() })
  const mute = make('button', { word: 'reconnect.mute', onclick: () => post('next?answer=mute') })
  const unmute = make('button', { word: 'reconnect.unmute', onclick: () => post('next?answer=normal') })
  const squares = make('ol', { class: 'squares', 'aria-hidden': 'true' })
  const count = make('p', { class: 'code' })
  const states = make('p', { class: 'code' })
  const countdown = make('p', { class: 'code' })
  const news = make('ol', { class: 'code' })
  const mcp = make('button', { word: 'reconnect.mcp', onclick: showCut })
  const told = make('p', { class: 'code' })
  const labelled = (name, input) => make('label', {}, make('span', { word: `reconnect.${name}` }), ' ', input)
  section.append(
    make('p', { class: 'why', word: 'reconnect.why' }),
    make('p', { class: 'row' }, ...Object.entries(setting).map(([name, input]) => labelled(name, input))),
    make('p', { class: 'row' }, start, cut, leave, mute, unmute, labelled('next', answer)),
    make(
      'p',
      { class: 'row code' },
      ...['live', 'replayed', 'lost', 'duplicate'].map((one) => make('span', { word: `reconnect.${one}` })),
    ),
    squares,
    count,
    states,
    news,
    countdown,
    make('p', { class: 'why', word: 'reconnect.hides' }),
    make('p', { class: 'row' }, mcp),
    make('p', { class: 'why', word: 'reconnect.mcpWhy' }),
    told,
  )
  answer.addEventListener('change', () => post(`next?answer=${answer.value}`))
  let ticks = createTicks()
  let gets = 0
  let counting = /** @type {undefined | ReturnType<typeof setInterval>} */ (undefined)
  /** Ends it for good; cuts it from here, which only fetch can. */
  let stop = /** @type {undefined | (() => void)} */ (undefined)
  let drop = /** @type {undefined | (() => void)} */ (undefined)
  enable()

  async function post(what) {
    const url = `api/${what}${what.includes('?') ? '&' : '?'}run=${run}`
    await fetch(url, { method: 'POST' }).catch(({ message }) => tell('unreachable', message))
  }

  function begin() {
    ticks = createTicks()
    gets = 0
    squares.replaceChildren()
    news.replaceChildren()
    states.textContent = ''
    const query = new URLSearchParams({ run })
    for (const [name, { value }] of Object.entries(setting)) if (name !== 'reader') query.set(name, value)
    const url = new URL(`api/ticks?${query}`, location.href).href
    ;(setting.reader.value === 'fetch' ? byFetch : byEventSource)(url)
    enable()
  }

  function byEventSource(url) {
    const source = new EventSource(url)
    let exchange = ask()
    function ask() {
      return record.request({ method: 'GET', url: url.slice(location.origin.length), reader: 'EventSource' })
    }
    const seen = /** @type {string[]} */ ([])
    const state = () => {
      const text = `${source.readyState} ${['CONNECTING', 'OPEN', 'CLOSED'][source.readyState]}`
      record.add({ way: '·', exchange, type: 'readyState', text })
      seen.push(text)
      states.textContent = `readyState: ${seen.slice(-6).join(' → ')}`
    }
    state()
    stop = () => {
      if (source.readyState === 2) return // it has given up by itself
      source.close()
      record.end(exchange, 'closed')
      state()
    }
    source.addEventListener('open', () => {
      if (exchange.ending) exchange = ask() // that another GET was sent, EventSource tells only now
      state()
    })
    source.addEventListener('error', () => {
      record.end(exchange, source.readyState === 2 ? 'ended' : 'cut')
      state()
      if (source.readyState === 2) finish('over')
      else wait(Number(setting.retry.value)) // what we asked for: EventSource does not tell
    })
    for (const type of ['hello', 'tick'])
      source.addEventListener(type, ({ data, lastEventId }) => {
        record.add({ way: '↓', exchange, type, text: data, id: lastEventId || undefined })
        take(type, JSON.parse(data))
      })
  }

  /** The same by hand: the parser, and the reconnection of the HTML Standard, 9.2.3 "Processing model". */
  async function byFetch(url) {
    const life = new AbortController()
    const place = { retry: 3000, lastEventId: '' }
    const http = createHttp({ record, createParser })
    stop = () => life.abort()
    while (!life.signal.aborted) {
      const connection = new AbortController()
      drop = () => connection.abort()
      const signal = AbortSignal.any([life.signal, connection.signal])
      let isOpen = false
      const options = { signal, place, onHeaders: () => (isOpen = true), onBlock }
      const error = await http('GET', url, options).catch((problem) => problem)
      if (life.signal.aborted) return
      if (!isOpen && error?.status !== undefined) return finish('refused')
      wait(place.retry)
      await new Promise((resolve) => setTimeout(resolve, place.retry))
    }
    function onBlock({ type, text }) {
      if (type === 'hello' || type === 'tick') take(type, JSON.parse(text))
    }
  }

  function take(type, data) {
    if (type === 'hello') {
      gets++
      rest()
      answer.value = 'normal' // what was asked for was given once
      if (data.lastEventId === null) tell('first', gets)
      else tell('back', gets, data.lastEventId, data.replayed)
      return
    }
    ticks.take(data)
    draw()
  }

  function draw() {
    const drawn = [...ticks.states].toSorted(([one], [other]) => one - other).slice(-SHOWN)
    squares.replaceChildren(
      ...drawn.map(([n, state]) => make('li', { class: state, title: String(n) }, String(n % 100))),
    )
    say(count, 'reconnect.count', ...['live', 'replayed', 'lost', 'duplicate'].map(ticks.count))
  }

  function tell(word, ...values) {
    const line = make('li')
    say(line, `reconnect.${word}`, ...values)
    news.append(line)
    if (news.children.length > 8) news.firstChild?.remove()
    announce(`reconnect.${word}`, ...values)
  }

  /** Says that it is cut, and counts down to the next GET. */
  function wait(ms) {
    tell('gone', ms)
    rest()
    const due = performance.now() + ms
    const show = () => say(countdown, 'reconnect.left', (Math.max(0, due - performance.now()) / 1000).toFixed(1))
    show()
    counting = setInterval(show, 100)
  }

  function rest() {
    clearInterval(counting)
    for (const name of ['word', 'values']) delete countdown.dataset[name]
    countdown.textContent = ''
  }

  function finish(word) {
    rest()
    stop?.()
    stop = drop = undefined
    tell(word)
    enable()
  }

  function enable() {
    say(start, stop ? 'reconnect.stop' : 'reconnect.start')
    for (const button of [cut, mute, unmute]) button.disabled = !stop
    for (const input of Object.values(setting)) input.disabled = stop !== undefined
    leave.disabled = !stop || setting.reader.value !== 'fetch'
  }

  async function showCut() {
    mcp.disabled = true
    try {
      const { status, message, endpoint } = await cutMcp(record)
      say(told, 'reconnect.mcpDone', status, message, endpoint)
    } catch ({ message }) {
      say(told, 'reconnect.mcpFailed', message)
    }
    mcp.disabled = false
  }
}
