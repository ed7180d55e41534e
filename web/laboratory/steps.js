// @ts-check
// The handshake, a press for each message: what Connect does at once, one by one.
import { make } from './page.js'

/** The steps before tools/list, by transport. The first one opens the connection. */
const STEPS = {
  sse: ['GET', 'initialize', 'notifications/initialized'],
  http: ['initialize', 'notifications/initialized'],
  stateless: ['server/discover'],
}

/** What the tools' panel has buttons for, as soon as it is there. */
const COMING = ['tools/list', 'tools/call']

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const list = make('ol', { class: 'steps' })
  section.append(list)
  let transport
  let place
  let buttons = []
  let wasPressed = false
  app.addEventListener('client', show)
  addEventListener('hashchange', show)
  show()

  function show() {
    if (transport !== app.transport || place !== app.place) build()
    const steps = STEPS[transport]
    const done = countOf(steps)
    for (const [index, button] of buttons.entries()) {
      button.disabled = index !== done
      button.className = index === done ? 'next' : ''
      button.parentNode.className = index < done ? 'past' : index === done ? 'now' : ''
    }
    // A button that is disabled drops the focus: the next one takes it, at last tools/list, which is enabled in this turn.
    if (!wasPressed || done < 0) return
    wasPressed = false
    const next = buttons[done] ?? /** @type {HTMLElement | null} */ (list.nextElementSibling)
    queueMicrotask(() => next?.focus({ preventScroll: true }))
  }

  function build() {
    transport = app.transport
    place = app.place
    const steps = STEPS[transport]
    buttons = steps.map((step, index) =>
      make('button', { onclick: () => press(index) }, step === 'GET' ? `GET ${place}/sse` : step),
    )
    list.replaceChildren(
      ...steps.map((step, index) =>
        make('li', {}, buttons[index], make('p', { class: 'why', word: `steps.${step.split('/').at(-1)}` })),
      ),
      ...COMING.map((step) => make('li', { class: 'coming' }, step)),
    )
  }

  /** How many are behind us. */
  function countOf(steps) {
    const { client, paused } = app
    if (!client || client.state === 'closed') return 0
    if (paused) return steps.indexOf(paused.name)
    return client.revision && client.state === 'open' ? steps.length : -1 // under way
  }

  function press(index) {
    wasPressed = true
    if (index === 0) app.connect(true)
    else app.paused?.go()
  }
}
