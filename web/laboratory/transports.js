// @ts-check
// The same two tasks on three transports, one after the other, drawn on one time axis; five rounds, since times are noise.
import { compare, spreadOf, TRANSPORTS } from './compare.js'
import { announce, draw, make, say, t } from './page.js'
import { createParser } from './sse/parser.js'

const FIGURES = ['requests', 'atOnce', 'bytesOut', 'bytesIn', 'firstByte']
const TASKS = ['connect', 'list', 'call']
const ROUNDS = 5
const NAMES = { sse: 'HTTP+SSE', http: 'Streamable HTTP' }
const nameOf = (transport) => (transport === 'stateless' ? t('bar.stateless') : NAMES[transport])

/** Of all rounds: the middle time, and how far they lie apart. */
function timeOf(rounds, pick) {
  const { middle, least, most } = spreadOf(rounds.map(pick))
  return middle === undefined ? '–' : `${middle.toFixed(1)} ms (${least.toFixed(1)}–${most.toFixed(1)})`
}

const headOf = (transport) =>
  transport === 'stateless'
    ? make('th', { scope: 'col', word: 'bar.stateless' })
    : make('th', { scope: 'col' }, NAMES[transport])

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const run = make('button', { word: 'transports.run', onclick: runAll })
  const isTwo = make('input', { type: 'checkbox', id: 'two' })
  const two = make('label', { hidden: true }, isTwo, ' ', make('span', { word: 'transports.two' }))
  const why = make('p', { class: 'why', word: 'transports.why', hidden: true })
  const table = make('table', { hidden: true })
  const legend = make('p', { class: 'why', word: 'transports.counted', hidden: true })
  const noise = make('p', { word: 'transports.noise', hidden: true })
  section.append(
    make('p', { class: 'why', word: 'transports.what' }),
    make('p', { class: 'row' }, run, two),
    why,
    noise,
    table,
    legend,
  )
  app.course.then(
    ({ twoServers }) => (two.hidden = !twoServers),
    () => {}, // the panels of the course say so
  )

  async function runAll() {
    run.disabled = true
    const here = new URL('..', location.href).href.slice(0, -1)
    /** The newest round of each transport, with those before it. */
    const runs = []
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, transport] of Object.keys(TRANSPORTS).entries()) {
        say(run, 'transports.running', nameOf(transport), round + 1, ROUNDS)
        const done = await compare({ transport, base: isTwo.checked ? `${here}/lab/two` : here, createParser })
        runs[index] = { ...done, rounds: [...(runs[index]?.rounds ?? []), done] }
        show(runs)
      }
    const failed = runs.filter(({ failure }) => failure).length
    why.hidden = !failed || !isTwo.checked
    announce('transports.done', runs.length - failed, failed)
    run.disabled = false
    if (document.activeElement === document.body) run.focus() // a disabled button drops it
    say(run, 'transports.run')
  }

  function show(runs) {
    const end = Math.max(...runs.map(endOf))
    const lanes = Math.max(...runs.map(({ exchanges }) => exchanges.length))
    const row = (word, cell) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row', word: `transports.${word}` }),
        ...runs.map((each) => make('td', {}, cell(each))),
      )
    const names = runs.map(({ transport }) => headOf(transport))
    const picture = row('axis', (each) => columnOf(each, end, lanes))
    say(picture.firstChild, 'transports.axis', end.toFixed(0))
    table.replaceChildren(
      make('tr', {}, make('td'), ...names),
      picture,
      ...(isTwo.checked ? [row('servers', serversOf)] : []),
      row('outcome', ({ failure }) => (failure ? `✗ ${failure.status ?? ''} ${failure.message}` : '✓')),
      row('which', ({ exchanges }) => exchanges.map(requestName).join(', ')),
      ...FIGURES.map((name) =>
        row(name, (each) =>
          name === 'firstByte' ? timeOf(each.rounds, (one) => one[name]) : each[name].toLocaleString('en'),
        ),
      ),
      ...TASKS.map((name) => row(name, ({ rounds }) => timeOf(rounds, ({ tasks }) => tasks[name]?.took))),
    )
    table.hidden = legend.hidden = noise.hidden = false
  }
}

const serversOf = ({ exchanges }) => exchanges.map((each) => each.answerHeaders?.['x-server'] ?? '–').join(' ')

/** What is counted as a request: by the method of its JSON-RPC message, else by its HTTP method. */
const requestName = ({ method, body }) => (body && JSON.parse(body).method?.replace('notifications/', '')) || method

const endOf = ({ exchanges }) => Math.max(...exchanges.map(({ at, endedAt }) => endedAt ?? at))

/** A bar for each exchange, thin until its head came; a line where a task was done. */
function columnOf({ exchanges, tasks }, end, lanes) {
  const y = (time) => (time / end) * 100
  const bars = { wait: '', body: '', done: '' }
  exchanges.forEach(({ at, answeredAt, endedAt = end }, index) => {
    const head = answeredAt ?? endedAt
    bars.wait += `M${index + 0.5},${y(at)}V${y(head)}`
    bars.body += `M${index + 0.5},${y(head)}V${y(endedAt) + 0.5}`
  })
  for (const { at } of Object.values(tasks)) bars.done += `M0,${y(at)}H${lanes}`
  const paths = Object.entries(bars).map(([name, d]) => draw('path', { class: name, d }))
  return draw('svg', { viewBox: `0 0 ${lanes} 101`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...paths)
}
