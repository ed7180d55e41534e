// @ts-check
// The laboratory: one record of what the page sees, and panels that look at it. This file only joins them.
import { mount as bar } from './bar.js'
import { mountKeys } from './keys.js'
import { mountMissions } from './missions-line.js'
import { $, follow, make, say, set, setting } from './page.js'
import { createRecord } from './record.js'
import { mount as specimen } from './specimen.js'
import { mount as steps } from './steps.js'
import { mountViews } from './views.js'

/**
 * What every panel gets. Events: `record` (once per animation frame, after the record has changed; `detail.frames` are
 * the new ones, `detail.exchanges` those that changed, `detail.cleared` says that all is new), `select`, and `client`
 * (another client, or another state of it); `shown`, when slow motion shows more; `tick`, when the reconnect laboratory
 * has heard something (`detail`: `type` and `data` of the event, or the type `over`).
 */
export class App extends EventTarget {
  record = createRecord()
  /** The connection, made by the connection bar. @type {any} */
  client = undefined
  /** The frame that all panels show. @type {import('./record.js').Frame | undefined} */
  selected = undefined
  isFollowing = true
  /** Set by the reconnect laboratory: what begins a run, cuts it, ends it. @type {any} */
  reconnect = undefined
  /** Set by the connection bar: what connects, and by which transport. @type {any} */
  connect = undefined
  transport = 'sse'
  /** Where the server's addresses begin: `/lab/tools` for the laboratory's. */
  place = ''
  /** A handshake that waits for a press: `name` is its next message. @type {{ name: string, go: () => void } | undefined} */
  paused = undefined
  /** Where it is not the frame itself: the head or the end of its exchange. @type {'head' | 'end' | undefined} */
  part = undefined
  /** The bytes of the selected frame that are pointed at: [start, end). @type {[number, number] | undefined} */
  pointed = undefined
  /** What is shown while nobody has chosen anything. @returns {import('./record.js').Frame | undefined} */
  newest = () => undefined
  /** What of the record is shown: in slow motion not all of it yet. */
  shown = () => this.record.frames
  /** Whether a row of the lanes still waits to be shown, by its key. @type {(key: string) => boolean} */
  waits = () => false
  /** Puts a panel into its section. */
  open = (name, mount) => void open($(name), mount)
  /** What this server has for lessons: more than `{ course: false }` under `npm start`, on this machine alone. */
  course = fetch('course.json').then((answer) => answer.json())

  /**
   * @param {import('./record.js').Frame | undefined} frame
   * @param {{ bytes?: [number, number], part?: 'head' | 'end' }} [more] what of it is pointed at, or meant in its place
   */
  select(frame, { bytes, part } = {}) {
    this.isFollowing = frame === this.newest() && !part
    this.#show(frame, bytes, part)
  }

  /** Shows the newest event, and goes on with it if `isAsked`: until somebody selects another one. */
  follow(isAsked = false) {
    this.isFollowing ||= isAsked
    if (this.isFollowing) this.#show(this.newest())
  }

  #show(frame, bytes, part) {
    const isSame = frame === this.selected && part === this.part
    if (isSame && bytes === this.pointed) return
    Object.assign(this, { selected: frame, pointed: bytes, part })
    this.dispatchEvent(new CustomEvent(isSame ? 'point' : 'select'))
  }
}

export const app = new App()
follow()
app.open('bar', bar)
app.open('tool', steps)
app.open('message', specimen)
gather()
mountViews(open)
mountMissions(app)
mountKeys()
$('language').addEventListener('click', () => set({ lang: document.documentElement.lang === 'zh' ? 'en' : 'zh' }))
$('theme').addEventListener('click', () =>
  set({ theme: document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark' }),
)
for (const button of speeds())
  button.addEventListener('click', () =>
    set({ speed: button.dataset.speed === '1' ? undefined : button.dataset.speed }),
  )
addEventListener('hashchange', settle)
settle()

/** A panel that asks the server for what it shows, and is not answered, says so. The others work all the same. */
async function open(section, mount) {
  try {
    await mount(section, app)
  } catch ({ message }) {
    section.append(make('p', { class: 'problem' }, message))
  }
}

/** Tells the panels of changes of the record, once per animation frame: a thousand frames a second are sixty drawings. */
function gather() {
  let news = fresh()
  let isAsked = false
  app.record.listen((frame, exchange) => {
    if (frame) news.frames.push(frame)
    else if (exchange) news.exchanges.add(exchange)
    else news = { ...fresh(), cleared: true }
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      const detail = news
      news = fresh()
      isAsked = false
      app.dispatchEvent(new CustomEvent('record', { detail }))
    })
  })
}

/** @returns {{ frames: import('./record.js').Frame[], exchanges: Set<import('./record.js').Exchange>, cleared: boolean }} */
function fresh() {
  return { frames: [], exchanges: new Set(), cleared: false }
}

/** Speed of the lanes: ×1, ×0.1, or step by step. What it does is in slow-lanes.js, with the conversation. */
function speeds() {
  return /** @type {HTMLElement[]} */ ([...$('slow').querySelectorAll('[data-speed]')])
}

function settle() {
  follow()
  for (const button of speeds()) button.ariaPressed = `${button.dataset.speed === setting('speed', '1')}`
  const { lang, dataset } = document.documentElement
  $('small').hash = `lang=${lang}&theme=${dataset.theme}`
  say($('theme'), document.documentElement.dataset.theme === 'dark' ? 'page.light' : 'page.dark')
}
