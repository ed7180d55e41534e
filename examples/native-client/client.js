// @ts-check
// An MCP client (revision 2024-11-05, transport HTTP+SSE) made of what every browser has: EventSource and fetch.
// One GET stays open and brings everything the server says; everything we say is a POST of its own.
// What only draws (texts, form, cards, the list of frames) is in draw.js.
import { $, card, clearRecord, readForm, reason, record, say, showForm } from './draw.js'

const STATES = ['connecting', 'open', 'closed'] // in the order of EventSource.readyState
const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('#steps button')])

/** @type {EventSource} */
let source
let endpoint = '' // where to POST: the first event of the stream says so
let done = 0 // how many of the four steps are behind us
let nextId = 0
const methods = new Map() // id of a request that waits for its answer -> its method
let tools = [] // as tools/list brought them

// The stream. EventSource sends the GET, cuts the bytes into events, and after a cut connects again by itself.
function connect() {
  clearRecord()
  record('↑', 'GET', undefined, '/sse')
  source = new EventSource('/sse')
  for (const type of ['open', 'error']) source.addEventListener(type, showState)
  source.addEventListener('endpoint', takeEndpoint)
  source.addEventListener('message', takeMessage)
  showState()
}

function showState() {
  const state = STATES[source.readyState]
  if ($('state').className === state) return // one more attempt that failed like the one before
  record('·', 'readyState', undefined, `${source.readyState}`)
  $('state').className = state
  say($('state'), state)
  say($('connect'), state === 'closed' ? 'connect' : 'close')
  startOver('', '–', `${state}News`)
}

// The first event says where to POST. It is good for this stream alone: the next stream brings another one.
function takeEndpoint({ type, data }) {
  record('↓', type, undefined, data)
  const url = new URL(data, location.href)
  if (url.origin !== location.origin) return conclude([], 'foreignError', url.origin)
  startOver(data, url.searchParams.get('sessionId'), 'endpointNews')
}

function startOver(path, session, news) {
  endpoint = path
  $('endpoint').textContent = path || '–'
  $('session').textContent = session
  methods.clear()
  nextId = 0
  advance(0, news)
}

// The conversation: four messages. The one without an id is a notification: nobody answers it.
const request = (method, params) => ({ jsonrpc: '2.0', id: nextId, method, params })
const clientInfo = { name: 'native-client', version: '1.0.0' }
const tool = () => tools[$('tools').selectedIndex]
const steps = [
  () => request('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo }),
  () => ({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  () => request('tools/list', {}),
  () =>
    request('tools/call', {
      name: tool().name,
      arguments: readForm(tool()),
      _meta: { progressToken: nextId },
    }),
]

function advance(step, news, ...values) {
  done = step
  say($('news'), news, ...values)
  showSteps()
}

function showSteps() {
  const focused = document.activeElement
  for (const [index, button] of buttons.entries()) {
    // What was agreed once is not asked again; the list and the call may be repeated.
    button.disabled = !endpoint || (index !== done && (index < 2 || index > done))
    button.ariaCurrent = endpoint && index === done ? 'step' : 'false'
    button.previousElementSibling.textContent = button.disabled ? '' : JSON.stringify(steps[index]())
  }
  if (focused === buttons[done - 1]) buttons[done]?.focus()
}

// The way up. 202 Accepted is not the answer: that comes down the stream, with the same id.
async function post(message) {
  const body = JSON.stringify(message)
  const row = record('↑', 'POST', message.id, body)
  if (message.method && 'id' in message) methods.set(nextId++, message.method)
  try {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(endpoint, { method: 'POST', headers, body })
    const text = await response.text()
    row.querySelector('.status').textContent = `${response.status} ${response.ok ? text : response.statusText}`
    if (!response.ok) return conclude([], 'httpError', response.status, reason(text))
    if (message.method === 'notifications/initialized') advance(2, 'initializedNews')
  } catch (error) {
    conclude([], 'networkError', String(error))
  }
}

// The way down: answers to our requests, notifications, and the one request that either side may send: ping.
function takeMessage({ type, data }) {
  const { id, method, params, result, error } = JSON.parse(data)
  record('↓', type, id, data)
  if (method === 'ping') return post({ jsonrpc: '2.0', id, result: {} })
  if (method === 'notifications/progress') return say($('verdict'), 'progress', params.progress, params.total)
  const asked = methods.get(id)
  methods.delete(id)
  if (error) return conclude([], 'rpcError', error.code, error.message)
  answers[asked]?.(result)
}

const answers = {
  initialize({ serverInfo, protocolVersion }) {
    advance(1, 'initializeNews', serverInfo.name, serverInfo.version, protocolVersion)
  },
  'tools/list'(result) {
    tools = result.tools
    $('tools').replaceChildren(...tools.map(({ name }) => new Option(name)))
    showForm(tool())
    advance(3, 'listNews', tools.length)
  },
  'tools/call'({ content, isError }) {
    conclude(content.map(card), isError ? 'toolError' : 'blocks', content.length)
    if (!isError) say($('news'), 'callNews')
    $('outcome').scrollIntoView({ block: 'nearest' })
  },
}

function conclude(parts, word, ...values) {
  $('result').replaceChildren(...parts)
  for (const id of ['verdict', 'news']) say($(id), word, ...values)
}

// The page: a button for the stream, a button for each step, and a form whose JSON is shown before it is sent.
$('connect').addEventListener('click', () => {
  if (!source || source.readyState === EventSource.CLOSED) return connect()
  source.close() // fires no event
  showState()
})
for (const [index, button] of buttons.entries()) button.addEventListener('click', () => post(steps[index]()))
$('tools').addEventListener('input', () => showForm(tool()))
$('form').addEventListener('input', showSteps)
$('form').addEventListener('submit', (event) => event.preventDefault())
