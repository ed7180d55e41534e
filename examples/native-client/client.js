// @ts-check
// An MCP client (protocol version 2024-11-05, HTTP+SSE) made of what every browser has: EventSource and fetch.
// One GET stays open and brings everything the server says; everything we say is a POST of its own.
// What only draws is elsewhere: the picture and the list (record.js), words, form and cards (draw.js).
import { address } from './address.js'
import { $, card, readForm, reason, say, showForm, showTools } from './draw.js'
import { clearRecord, drawNext, received, record } from './record.js'

const STATES = ['connecting', 'open', 'closed'] // in the order of EventSource.readyState
const [connector, ...buttons] = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('#steps button')])

/** @type {EventSource} */
let source
let state = 'closed' // of the stream
let endpoint = '' // where to POST: the first event of the stream says so
let done = 0 // how many of the four messages are behind us
let nextId = 0
const asked = new Map() // id of a request that waits for its answer -> its method, and how many events came for it
let tools = [] // as tools/list brought them

// The stream. EventSource sends the GET, cuts the bytes into events, and after a cut connects again by itself.
function connect() {
  clearRecord()
  record('↑', 'GET', undefined, address())
  source = new EventSource(address())
  for (const type of ['open', 'error']) source.addEventListener(type, followState)
  source.addEventListener('endpoint', takeEndpoint)
  source.addEventListener('message', takeMessage)
  followState()
}

// Each thing is recorded first. In slow motion the `await` ends when it is drawn; else it does not wait.
async function followState() {
  const now = STATES[source.readyState]
  if (now === state) return // one more attempt that failed like the one before
  state = now
  await record('·', 'readyState', undefined, `${source.readyState}`)
  $('state').className = now
  say($('state'), now)
  say(connector, now === 'closed' ? 'connect' : 'close')
  startOver('', `${now}News`)
}

// The first event says where to POST. It is good for this stream alone: the next stream brings another one.
async function takeEndpoint({ type, data }) {
  await record('↓', type, undefined, data)
  const url = new URL(data, location.href)
  if (url.origin !== location.origin) return conclude([], 'foreignError', url.origin)
  startOver(data, 'endpointNews')
}

function startOver(path, news) {
  endpoint = path
  $('endpoint').textContent = path || '–'
  asked.clear()
  nextId = 0
  advance(0, news)
}

// The conversation: four messages. The one without an id is a notification: nobody answers it. Progress of the call
// comes in notifications, too: the token in `_meta` asks for them, and says whose they are.
const request = (method, params) => ({ jsonrpc: '2.0', id: nextId, method, params })
const clientInfo = { name: 'native-client', version: '1.0.0' }
const tool = () => tools[$('tools').selectedIndex]
const steps = [
  () => request('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo }),
  () => ({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  () => request('tools/list', {}),
  () => request('tools/call', { name: tool().name, arguments: readForm(tool()), _meta: { progressToken: nextId } }),
]

function advance(step, news, ...values) {
  done = step
  say($('news'), news, ...values)
  showSteps()
}

function showSteps() {
  const focused = document.activeElement
  for (const [index, button] of buttons.entries()) {
    // What was negotiated once is not asked again; the list and the call may be repeated.
    button.disabled = !endpoint || (index !== done && (index < 2 || index > done))
    button.parentElement.querySelector('pre').textContent = button.disabled ? '' : JSON.stringify(steps[index]())
  }
  const next = endpoint ? buttons[done] : state === 'closed' && connector
  for (const button of [connector, ...buttons]) button.ariaCurrent = button === next ? 'step' : 'false'
  if (endpoint && focused === (buttons[done - 1] ?? connector)) buttons[done].focus({ preventScroll: true })
}

// The way up. 202 Accepted is not the answer: that comes down the stream, with the same id.
async function post(message) {
  const body = JSON.stringify(message)
  const posted = record('↑', 'POST', message.id, body)
  if (message.method && 'id' in message) asked.set(nextId++, { method: message.method, events: 0 })
  if (message.method === 'tools/call') conclude([], 'calling') // not the result before
  try {
    const response = await fetch(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    const text = await response.text()
    await received(posted, response.status, response.ok ? text : response.statusText)
    if (!response.ok) return conclude([], 'httpError', response.status, reason(text))
    if (message.method === 'notifications/initialized') advance(2, 'initializedNews')
  } catch (error) {
    conclude([], 'networkError', String(error))
  }
}

// The way down: answers to our requests, notifications, and the one request that either side may send: ping.
async function takeMessage({ type, data }) {
  const { id, method, params, result, error } = JSON.parse(data)
  await record('↓', type, id, data)
  if (method === 'ping') return post({ jsonrpc: '2.0', id, result: {} })
  const its = asked.get(id ?? params?.progressToken) // a notification has no id: the token names its request
  if (its) its.events++
  if (method === 'notifications/progress') return conclude([], 'progress', params.progress, params.total)
  asked.delete(id)
  if (error) return conclude([], 'rpcError', error.code, error.message)
  answers[its?.method]?.(result, its.events)
}

const answers = {
  initialize({ serverInfo, protocolVersion }) {
    advance(1, 'initializeNews', serverInfo.name, serverInfo.version, protocolVersion)
  },
  'tools/list'(result) {
    tools = result.tools
    showTools(tools)
    advance(3, 'listNews', tools.length)
  },
  'tools/call'({ content, isError }, events) {
    conclude(content.map(card), isError ? 'toolError' : 'blocks', content.length)
    if (!isError) say($('news'), events > 1 ? 'severalNews' : 'callNews', events, events - 1)
  },
}

function conclude(parts, word, ...values) {
  $('result').replaceChildren(...parts)
  for (const id of ['verdict', 'news']) say($(id), word, ...values)
}

// The page: a button for the stream, one for each message. In slow motion a press first draws what waits.
function close() {
  source.close() // fires no event
  followState()
}
const onPress = (button, act) => button.addEventListener('click', () => drawNext() || act())
onPress(connector, () => (state === 'closed' ? connect() : close()))
for (const [index, button] of buttons.entries()) onPress(button, () => post(steps[index]()))
$('addresses').addEventListener('change', () => source && close())
$('tools').addEventListener('input', () => showForm(tool()))
$('form').addEventListener('input', showSteps)
