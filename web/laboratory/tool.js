// @ts-check
// The server's tools: listed, called from a form made of a schema, and what came of it.
import { card } from './cards.js'
import { inputsOf } from './fields.js'
import { fieldsOf, valuesOf, wrongOf } from './form.js'
import { refusalOf, verdictOf } from './outcome.js'
import { announce, make, say, set, setting } from './page.js'

/** Tools of the laboratory that ask who calls them by elicitation, which a protocol version has or has not. */
const ASKING = ['order-coffee']
const ELICITATION = { since: '2025-06-18', newest: '2025-11-25' }

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  let client // whose tools they are
  let tools = []
  let fields
  let params // of the call, as it would be now
  let call // what cancels the one that runs
  /** A result whose row is not drawn yet: slow motion. @type {any} */
  let held
  const list = make('button', { onclick: refresh }, 'tools/list')
  const select = make('select', { onchange: choose })
  const description = make('p', { lang: 'en' })
  const cannot = make('p')
  const other = make('button', { onclick: connectAnew })
  say(other, 'tool.anew', ELICITATION.newest)
  const inputs = make('div')
  const wrong = make('select')
  const preview = make('pre', { translate: false })
  const send = make('button', { type: 'submit', class: 'next' }, 'tools/call')
  const cancel = make('button', { word: 'tool.cancel', onclick: () => call?.abort() })
  const bar = make('progress', { label: 'tool.progress' })
  const step = make('span')
  const form = make(
    'form',
    { oninput: show, onsubmit: run, hidden: true },
    make('label', {}, make('span', { word: 'tool.tool' }), select),
    description,
    cannot,
    other,
    inputs,
    make(
      'details',
      {},
      make('summary', { word: 'tool.expert' }),
      make('label', {}, make('span', { word: 'tool.send' }), wrong),
      make('p', { class: 'why', word: 'tool.params' }),
      preview,
    ),
    make('p', { class: 'row' }, send, cancel, bar, step),
  )
  const verdict = make('p')
  const structured = make('pre', { translate: false })
  const cards = make('ol', { class: 'cards' })
  section.append(list, make('p', { class: 'why', word: 'steps.list' }), form, verdict, structured, cards)

  /** The tools from before stay until all of the new list is there: one can go on with them meanwhile. */
  async function refresh() {
    const asked = client
    try {
      const found = []
      let cursor
      do {
        const page = await asked.request('tools/list', cursor ? { cursor } : {})
        found.push(...page.tools)
        cursor = page.nextCursor
      } while (cursor)
      if (client !== asked) return // another connection by now, with tools of its own
      tools = found
      const chosen = select.value
      select.replaceChildren(...tools.map(({ name }) => new Option(name)))
      if (tools.some(({ name }) => name === chosen)) select.value = chosen
      if (tools.length) choose()
      concludeWhenDrawn(['listed', tools.length])
    } catch (error) {
      if (client === asked) concludeWhenDrawn(refusalOf(error))
    }
    settle()
  }

  const tool = () => tools[select.selectedIndex]

  function choose() {
    fields = fieldsOf(tool().inputSchema)
    description.textContent = tool().description ?? ''
    cannot.hidden = other.hidden = !ASKING.includes(tool().name) || client.revision >= ELICITATION.since
    other.className = cannot.hidden ? '' : 'next'
    send.className = cannot.hidden ? 'next' : ''
    say(cannot, 'tool.cannot', tool().name, client.revision, ELICITATION.since)
    inputs.replaceChildren(...inputsOf(fields))
    wrong.replaceChildren(make('option', { word: 'tool.asEntered' }))
    for (const { how, name, value } of wrongOf(tool().inputSchema, {})) {
      const option = make('option')
      say(option, `tool.${how}`, name, value)
      wrong.append(option)
    }
    wrong.append(make('option', { word: 'tool.noTool' })) // the one that the protocol refuses, not the tool
    show()
  }

  /** With the tool that is chosen: its list is asked for again. */
  async function connectAnew() {
    set({ revision: ELICITATION.newest })
    await app.connect()
    if (!isReady()) return
    await refresh()
    send.focus()
  }

  /** What would be sent. A wrong sending goes past the form, which would not let it. */
  function show() {
    if (!tool()) return
    const values = valuesOf(fields, new FormData(form))
    const given = [{ values }, ...wrongOf(tool().inputSchema, values)][wrong.selectedIndex]
    params = { name: given ? tool().name : 'no-such-tool', arguments: (given ?? { values }).values }
    preview.textContent = JSON.stringify(params, undefined, 2)
    form.noValidate = wrong.selectedIndex > 0
  }

  async function run(event) {
    event.preventDefault()
    if (call || !tool()) return
    const start = performance.now()
    const { signal } = (call = new AbortController())
    const onProgress = ({ progress, total, message = '' }) => {
      Object.assign(bar, { max: total ?? progress, value: progress })
      step.textContent = `${progress} / ${total ?? '?'} ${message}`
    }
    settle()
    conclude(['called', params.name])
    try {
      const result = await client.request('tools/call', params, { onProgress, signal })
      concludeWhenDrawn(verdictOf(result, Math.round(performance.now() - start)), result)
    } catch (error) {
      concludeWhenDrawn(refusalOf(error, signal.aborted))
    }
    call = undefined
    settle()
  }

  /** In slow motion the panel does not tell what the lanes do not show yet. */
  function concludeWhenDrawn(...args) {
    if (setting('speed', '1') === '1') return conclude(...args)
    const mine = { frame: app.record.frames.at(-1), args, isTaken: false }
    held = mine
    // Slow motion takes what has come in the next frame of the screen.
    requestAnimationFrame(() => {
      mine.isTaken = true
      release()
    })
  }

  function release() {
    if (!held?.isTaken) return
    const { frames } = app.record
    const shown = app.shown()
    const isDrawn = !frames.includes(held.frame) || shown.includes(held.frame)
    if (isDrawn) conclude(...held.args)
    else say(verdict, 'tool.behind', frames.length - shown.length)
  }

  function conclude([word, ...values], { content = [], isError, structuredContent } = {}) {
    held = undefined
    say(verdict, `tool.${word}`, ...values)
    announce(`tool.${word}`, ...values)
    verdict.className = word.endsWith('Error') ? 'problem' : 'why'
    structured.hidden = structuredContent === undefined
    structured.textContent = `structuredContent: ${JSON.stringify(structuredContent, undefined, 2)}`
    cards.replaceChildren(...content.slice(isError ? 1 : 0).map(card))
    // The column is shorter than the form with its result: the result is in view, below the button.
    if (!['why', 'listed', 'called'].includes(word) && !form.hidden)
      section.scrollTop += send.getBoundingClientRect().top - section.getBoundingClientRect().top - 8
  }

  const isReady = () => client?.state === 'open' && client.revision

  /** What can be pressed now. */
  function settle() {
    if (!call && document.activeElement === cancel) send.focus()
    list.disabled = send.disabled = !isReady()
    list.className = tools.length ? '' : 'next'
    form.hidden = !tools.length
    cancel.hidden = bar.hidden = !call
    if (call) return
    bar.removeAttribute('value')
    step.textContent = ''
  }

  app.addEventListener('client', () => {
    if (client !== app.client) {
      client = app.client
      tools = []
      conclude(['why'])
    }
    settle()
  })
  app.addEventListener('shown', release)
  say(verdict, 'tool.why')
  structured.hidden = true
  settle()
}
