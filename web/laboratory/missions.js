// @ts-check
// Predict, then look: a guess first, then the page does it and shows it in its own bytes; why, and where that is
// written. A mission that was guessed right has its tick until the page is left.
import { hex } from './hex.js'
import { answeredByEvent, firstEnd, resumedOf } from './missions-facts.js'
import { bytesOf, SAMPLES } from './own-stream.js'
import { $, make, say, set, setting } from './page.js'

const HTML = 'https://html.spec.whatwg.org/multipage/server-sent-events.html'
const MISSIONS = {
  end: {
    guesses: ['line', 'blank', 'closed'],
    right: 'blank',
    look: lookAtEnd,
    href: `${HTML}#event-stream-interpretation`,
    standard: 'HTML Standard, 9.2.6 “Interpreting an event stream”',
  },
  resume: {
    guesses: ['all', 'same', 'id'],
    right: 'id',
    look: lookAtResumed,
    href: `${HTML}#the-last-event-id-header`,
    standard: 'HTML Standard, 9.2.4 “The Last-Event-ID header”',
  },
  received: {
    guesses: ['stream', 'empty', 'error'],
    right: 'stream',
    look: lookAtReceived,
    href: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3',
    standard: 'RFC 9110, 15.3.3 “202 Accepted”',
  },
}
const TICKS = 3 // before the cut

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  /** As they were left. @type {Map<string, HTMLElement>} */
  const panels = new Map()
  addEventListener('hashchange', show)
  show()

  function show() {
    const name = setting('mission')
    if (name in MISSIONS && !panels.has(name)) {
      panels.set(name, panelOf(name, app))
      section.append(/** @type {HTMLElement} */ (panels.get(name)))
    }
    for (const [each, panel] of panels) panel.hidden = each !== name
  }
}

function panelOf(name, app) {
  const { guesses, right, look, href, standard } = MISSIONS[name]
  const verdict = make('b')
  const saw = make('span')
  const more = make('span', { class: 'row' })
  const why = make(
    'p',
    { hidden: true },
    make('span', { word: `missions.${name}-why` }),
    ' ',
    make('a', { href, rel: 'noreferrer', lang: 'en' }, standard),
  )
  const buttons = guesses.map((one) => make('button', { word: `missions.${name}-${one}`, onclick: () => guess(one) }))
  let isLooking = false

  async function guess(one) {
    for (const [index, button] of buttons.entries()) button.ariaPressed = `${guesses[index] === one}`
    say(verdict, one === right ? 'missions.right' : 'missions.wrong')
    verdict.className = one === right ? 'right' : 'wrong'
    why.hidden = false
    if (one === right) tick(name)
    if (isLooking) return
    isLooking = true
    more.replaceChildren()
    const tell = (word, ...values) => say(saw, `missions.${word}`, ...values)
    try {
      more.append(...((await look(app, tell)) ?? []))
    } catch ({ message }) {
      tell('failed', message)
    }
    isLooking = false
  }

  return make(
    'div',
    { class: 'mission', role: 'group', 'aria-labelledby': `mission-${name}` },
    make('p', { class: 'question', word: `page.mission-${name}` }), // on a phone, whose line above has but short words
    make('p', { class: 'row' }, make('span', { class: 'why', word: 'missions.guess' }), ...buttons),
    make('p', { role: 'status' }, verdict, ' ', saw),
    more,
    why,
  )
}

/** In the line of the questions. */
function tick(name) {
  const button = $(`mission-${name}`)
  if (button.classList.contains('done')) return
  button.classList.add('done')
  button.after(make('span', { class: 'sr', word: 'missions.done' }))
}

/** Cuts a stream where its first event ends. */
function lookAtEnd(_app, tell) {
  const stream = SAMPLES.two
  const { cut, ends } = firstEnd(bytesOf(stream)) ?? { cut: 0, ends: [] }
  set({ view: 'type', stream, cut: `${cut}`, eol: undefined })
  tell('end-saw', cut, ends.map((byte) => hex(byte)).join(' '))
}

/** Runs the reconnect laboratory, and cuts it. */
async function lookAtResumed(app, tell) {
  const { course } = await app.course
  if (!course) return tell('noLab')
  set({ view: 'reconnect' })
  tell('resume-runs', TICKS)
  if (!app.reconnect) await heardOf(app, 'reconnect', () => true)
  const { begin, cut, end } = app.reconnect
  const heard = []
  const hear = (isEnough) =>
    heardOf(app, 'tick', ({ detail }) => {
      heard.push(detail)
      return detail.type === 'over' || isEnough(detail)
    })
  const isOver = () => heard.at(-1)?.type === 'over'
  begin()
  let count = 0
  await hear(({ type }) => type === 'tick' && ++count === TICKS)
  if (!isOver()) {
    cut()
    await hear(() => resumedOf(heard) !== undefined)
  }
  const resumed = resumedOf(heard)
  if (!resumed) return tell('stopped')
  end()
  tell('resume-saw', resumed.lastEventId, resumed.replayed.join(', '))
}

/** A request of the conversation with its 202 and its answer: initialize, if there is no other. */
async function lookAtReceived(app, tell) {
  set({ view: undefined, speed: undefined })
  const found = () => answeredByEvent(app.record.frames)
  if (!found()) {
    tell('received-runs')
    await ask(app)
    if (!found()) await heardOf(app, 'record', found)
  }
  const { asked, received, answer } = /** @type {any} */ (found())
  app.select(answer)
  const after = (later) => (later - asked.at).toFixed(1)
  const { method, id } = asked.message
  tell('received-saw', method, id, received?.text ?? '', after(asked.exchange.answeredAt), after(answer.at))
  const show = (word, frame) =>
    frame ? [make('button', { word: `missions.received-${word}`, onclick: () => app.select(frame) })] : []
  return [...show('post', asked), ...show('202', received), ...show('event', answer)]
}

/** Says something over HTTP+SSE whose answer we can read byte by byte. */
async function ask(app) {
  const isRead = app.record.exchanges.some(({ method, reader }) => method === 'GET' && reader === 'fetch')
  const { state, revision } = app.client ?? {}
  if (app.transport === 'sse' && isRead && state === 'open' && revision) return app.client.request('tools/list')
  set({ transport: undefined, revision: undefined, reader: undefined })
  await app.connect()
}

/** @returns {Promise<void>} once such an event of the page has come */
const heardOf = (app, name, isIt) =>
  new Promise((resolve) => {
    app.addEventListener(name, function hear(event) {
      if (!isIt(event)) return
      app.removeEventListener(name, hear)
      resolve()
    })
  })
