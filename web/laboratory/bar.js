// @ts-check
// The connection bar: which transport, which revision, who reads the stream, and what was counted. It makes app.client.
import { announce, copy, make, say, set, setting } from './page.js'
import { style } from './views.js'

const NAMES = { sse: 'HTTP+SSE', http: 'Streamable HTTP', stateless: 'bar.stateless' }
/** What goes with which transport; the first counts where the fragment says nothing. */
const REVISIONS = {
  sse: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'],
  http: ['2025-11-25', '2025-06-18', '2025-03-26'],
  stateless: ['2026-07-28'],
}
const SETTINGS = ['transport', 'revision', 'reader', 'tools']
const READERS = ['fetch', 'EventSource']
/** Where tools are: those of the laboratory, where the server has it, and those that every client sees. */
const TOOLS = { laboratory: '/lab/tools', server: '' }
let places = ['server']
const LABELS = { ...NAMES, laboratory: '/lab/tools/sse, /lab/tools/mcp', server: '/sse, /mcp' }
const FACTS = ['session', 'endpoint', 'agreed', 'requests', 'bytesOut', 'bytesIn', 'frames', 'reconnects', 'uptime']
const base = new URL('..', location.href).href.slice(0, -1) // behind a proxy there may be a path

function chosen() {
  const pick = (name, allowed) => (allowed.includes(setting(name)) ? setting(name) : allowed[0])
  const transport = pick('transport', Object.keys(NAMES))
  const reader = pick('reader', transport === 'sse' ? READERS : READERS.slice(0, 1))
  return { transport, revision: pick('revision', REVISIONS[transport]), reader, tools: pick('tools', places) }
}

/** What this page can be asked, in a revision. */
const capabilitiesOf = (revision) => ({
  sampling: {},
  ...(revision >= '2025-06-18' && { elicitation: revision < '2025-11-25' ? {} : { form: {}, url: {} } }),
})

/** A choice by its name, which may be a word. */
function nameOf(tag, value, properties = {}) {
  const name = LABELS[value] ?? value
  return name.startsWith('bar.') ? make(tag, { ...properties, word: name }) : make(tag, properties, name)
}

/** What a conversation needs. The page shows itself without it. */
const load = async () => {
  const [talk] = await Promise.all([import('./conversation.js'), style('panels.css'), style('lanes-rows.css')])
  return talk
}

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const { record } = app
  let used = chosen() // by the connection
  let openedAt = 0
  const selects = SETTINGS.map((name) => make('select', { onchange: ({ target }) => set({ [name]: target.value }) }))
  const labels = selects.map((select, index) =>
    make('label', {}, make('span', { word: `bar.${SETTINGS[index]}` }), ' ', select),
  )
  const hint = make('p', { class: 'why' })
  const toggle = make('button', {
    'data-key': 'c',
    onclick: () => (state() === 'closed' ? connect() : app.client.close()),
  })
  const sign = make('b')
  const again = make('button', { class: 'next', onclick: () => (isNew() ? shake() : connect()) })
  const problem = make('p', { class: 'problem' })
  const facts = FACTS.map(() => make('code', { translate: false }))
  const rows = FACTS.map((name, index) => {
    const id = `bar-${name}`
    const onclick = ({ target }) => copy(target, facts[index].textContent)
    const button = index < 2 ? [' ', make('button', { word: 'bar.copy', onclick, 'aria-describedby': id })] : []
    return make('div', {}, make('dt', { id, word: id.replace('-', '.') }), make('dd', {}, facts[index], ...button))
  })
  const summary = make('span')
  const settings = make(
    'details',
    { class: 'settings' },
    make('summary', {}, summary, ' · ', make('u', { word: 'bar.change' })),
    make('div', { class: 'stack' }, make('p', { class: 'row' }, ...labels), make('dl', { class: 'row' }, ...rows)),
  )
  const traffic = make('span', { class: 'code traffic' })
  section.append(make('div', { class: 'row' }, toggle, sign, again, settings, traffic), hint, problem)
  Object.assign(app, { connect, transport: used.transport })

  const state = () => app.client?.state ?? 'closed'
  /** After a cut, HTTP+SSE has another session, which knows nothing of us. */
  const isNew = () => state() === 'open' && !app.client.revision
  /** A stream is open when its head is there, be the handshake still to come. */
  const shown = () => (state() === 'connecting' && used.transport === 'sse' && app.client.endpoint ? 'open' : state())
  const tell = () => app.dispatchEvent(new Event('client'))

  const known = app.course.then(
    ({ course }) => {
      if (course) places = Object.keys(TOOLS)
      showSettings()
      tell()
    },
    () => {}, // the panels that need the laboratory's server say so
  )

  let presses = 0
  /** @param {boolean} [isStepwise] each message of the handshake waits for a press */
  async function connect(isStepwise = false) {
    const press = ++presses
    await app.client?.close()
    await known
    const talk = await load().catch(fail)
    if (!talk || press !== presses) return // pressed again meanwhile: one connection is enough
    record.clear()
    used = chosen()
    const pause = isStepwise ? waitForPress : undefined
    const capabilities = capabilitiesOf(used.revision)
    const at = { ...used, base: base + TOOLS[used.tools] }
    app.client = talk.begin(app, { ...at, record, capabilities, onState: tell, pause })
    app.follow(true) // another conversation: what was selected belonged to the one before
    await shake()
  }

  function waitForPress(name, signal) {
    return new Promise((resolve, reject) => {
      const leave = (end, value) => {
        if (app.paused !== mine) return
        app.paused = undefined
        end(value)
        tell()
      }
      const mine = { name, go: () => leave(resolve) }
      app.paused = mine
      signal.addEventListener('abort', () => leave(reject, signal.reason), { once: true })
      tell()
    })
  }

  function fail({ message }) {
    problem.hidden = false
    say(problem, 'bar.failed', message)
    announce('bar.failed', message)
  }

  let greeted // the client whose handshake is under way
  async function shake() {
    const { client } = app
    if (greeted === client) return
    greeted = client
    problem.hidden = true
    try {
      await client.connect()
      tell()
      announce('bar.greeting', client.serverInfo?.name, client.revision)
    } catch (error) {
      fail(error)
      problem.hidden = client !== app.client
    } finally {
      if (greeted === client) greeted = undefined
    }
  }

  function showSettings() {
    const { transport, reader } = chosen()
    const choices = [Object.keys(NAMES), REVISIONS[transport], READERS, places]
    for (const [index, value] of Object.values(chosen()).entries()) {
      selects[index].replaceChildren(...choices[index].map((value) => nameOf('option', value, { value })))
      selects[index].value = value
    }
    selects[2].options[READERS.indexOf('EventSource')].disabled = transport !== 'sse'
    say(hint, transport === 'sse' ? `bar.${reader}` : 'bar.noEventSource')
    hint.hidden = reader === 'fetch'
    app.transport = state() === 'closed' ? transport : used.transport
    showState()
  }

  function showState() {
    const isClosed = state() === 'closed'
    const { transport, revision, reader, tools } = isClosed ? chosen() : used
    summary.replaceChildren(nameOf('span', transport), ` · ${revision} · ${reader}`)
    app.transport = transport
    app.place = TOOLS[tools]
    const isOther = `${Object.values(used)}` !== `${Object.values(chosen())}`
    if (sign.className !== shown()) openedAt = Date.now()
    sign.className = shown()
    say(sign, `bar.${shown()}`)
    say(toggle, isClosed ? 'bar.connect' : 'bar.close')
    toggle.className = isClosed ? 'next' : ''
    again.hidden = isClosed || !(isOther || isNew())
    say(again, isNew() ? 'bar.shake' : 'bar.again')
    count()
  }

  function count() {
    const { session, endpoint, revision } = app.client ?? {}
    const { requests, bytesOut, bytesIn, frames, reconnects } = record.totals
    const seen = used.reader === 'fetch' ? bytesIn : undefined
    const uptime = shown() === 'open' ? `${Math.floor((Date.now() - openedAt) / 1000)} s` : undefined
    const out = bytesOut.toLocaleString('en')
    traffic.textContent = `${requests} × HTTP  ↑ ${out} B  ↓ ${seen === undefined ? '?' : seen.toLocaleString('en')} B`
    const values = [session, endpoint, revision, requests, bytesOut, seen, frames, reconnects, uptime]
    for (const [index, fact] of facts.entries()) {
      fact.textContent = values[index]?.toLocaleString('en') ?? '–'
      if (fact.nextElementSibling) fact.nextElementSibling.hidden = values[index] === undefined
    }
  }

  app.addEventListener('client', () => {
    if (sign.className !== shown()) announce(`bar.${shown()}`)
    showState()
  })
  app.addEventListener('record', count)
  setInterval(count, 1000)
  addEventListener('hashchange', showSettings)
  showSettings()
}
