// @ts-check
// What the page says and how it is drawn: dictionary, language, theme, and the templates of index.html. No protocol.
// Text of strangers (titles, descriptions, errors) gets onto the page by textContent only.
export const words = {
  en: {
    title: 'MCP over SSE, by hand',
    intro:
      'This page talks MCP (Model Context Protocol) with its server, over SSE (Server-Sent Events). Press the buttons from top to bottom: requests go up as POSTs, answers come down one long GET.',
    noscript: 'This page needs JavaScript.',
    laboratory: 'The laboratory',
    otherLanguage: '中文',
    dark: 'Dark',
    light: 'Light',
    connection: 'The SSE stream',
    connectionWhy: 'One GET whose response does not end. Its first event says where to POST.',
    connect: 'Connect',
    close: 'Close',
    closed: '○ closed',
    connecting: '◐ connecting',
    open: '● open',
    session: 'Session',
    endpoint: 'Endpoint',
    steps: 'The conversation',
    initializeWhy: 'Say which revision you speak. The server names itself, its revision and what it can do.',
    initializedWhy: 'Say that you are ready. A notification has no id, so no answer comes.',
    listWhy: 'Ask which tools there are. Each one brings a JSON Schema of its arguments.',
    callWhy: 'Call one. The form below is made from its schema.',
    callWait: 'The form appears here once the tools are listed.',
    tool: 'Tool',
    formNote: 'The form lets everything through; it is the server that checks. Try 501.',
    required: 'required',
    result: 'The result',
    resultEmpty: 'Nothing called yet.',
    facts: '{0} points · {1} · {2} comments · {3}',
    frames: 'Frames, both ways',
    framesWhy:
      '↑ sent, ↓ received, · readyState of the EventSource. 202 only says that the POST arrived; the answer is the ↓ with the same id. Open a frame to read it whole.',
    framesEmpty: 'Nothing yet. Press Connect.',
    unseen:
      'EventSource shows type, data and last event id; bytes, comments, retry and headers stay hidden from this page.',
    welcome: 'Ready. Begin with Connect.',
    connectingNews: 'Connecting. After a cut, EventSource tries again by itself.',
    openNews: 'The stream is open. Waiting for its first event.',
    closedNews: 'The stream is closed, and its session with it.',
    endpointNews: 'A new session: the endpoint is known. Next: initialize.',
    foreignError: '✗ Refused: the endpoint is on another origin, {0}.',
    initializeNews: '{0} {1} answers and speaks {2}. Next: notifications/initialized.',
    initializedNews: 'Accepted, and nothing more will come. Next: tools/list.',
    listNews: 'Tools listed: {0}. Next: fill in the form, then tools/call.',
    blocks: '✓ Answered. Content blocks: {0}',
    callNews: 'That was the whole conversation. Next: open its frames, change the form, or try a wrong call.',
    toolError: '✗ The tool reports an error (isError: true).',
    rpcError: '✗ JSON-RPC error {0}: {1}',
    httpError: '✗ HTTP {0}: {1}',
    networkError: '✗ The POST failed on its way: {0}',
    progress: 'Progress: {0} of {1}',
  },
  zh: {
    title: '徒手写的 MCP over SSE',
    intro:
      '本页通过 SSE（Server-Sent Events）与服务器讲 MCP（Model Context Protocol）。从上往下依次按按钮：请求用 POST 上行，答复都从一个长长的 GET 里下来。',
    noscript: '本页需要 JavaScript。',
    laboratory: '实验室',
    otherLanguage: 'English',
    dark: '深色',
    light: '浅色',
    connection: 'SSE 流',
    connectionWhy: '一个响应不会结束的 GET。它的第一个事件说明往哪里 POST。',
    connect: '连接',
    close: '关闭',
    closed: '○ 已关闭',
    connecting: '◐ 连接中',
    open: '● 已打开',
    session: '会话',
    endpoint: '端点',
    steps: '对话',
    initializeWhy: '说明自己讲哪个修订版。服务器报上名字、它的修订版和能力。',
    initializedWhy: '告诉服务器：准备好了。通知没有 id，所以不会有答复。',
    listWhy: '问有哪些工具。每个工具都带着参数的 JSON Schema。',
    callWhy: '调用一个工具。下面的表单由它的 schema 生成。',
    callWait: '列出工具之后，表单会出现在这里。',
    tool: '工具',
    formNote: '表单什么都放行，检查的是服务器。试试 501。',
    required: '必填',
    result: '结果',
    resultEmpty: '还没有调用。',
    facts: '{0} 分 · {1} · {2} 条评论 · {3}',
    frames: '帧（双向）',
    framesWhy:
      '↑ 发出，↓ 收到，· 是 EventSource 的 readyState。202 只说明 POST 已送达；答复是 id 相同的那个 ↓。点开一帧，可以看全文。',
    framesEmpty: '还什么都没有。请按“连接”。',
    unseen: 'EventSource 只给出 type、data 和最后的事件 id；字节、注释、retry 和头部，本页都看不到。',
    welcome: '就绪。从“连接”开始。',
    connectingNews: '正在连接。断线之后，EventSource 会自己重连。',
    openNews: '流已打开，等它的第一个事件。',
    closedNews: '流已关闭，会话也随之结束。',
    endpointNews: '新的会话：端点已知。下一步：initialize。',
    foreignError: '✗ 拒绝：端点在另一个源上，{0}。',
    initializeNews: '{0} {1} 已答复，讲的是 {2}。下一步：notifications/initialized。',
    initializedNews: '已接受，不会再有别的答复。下一步：tools/list。',
    listNews: '已列出的工具：{0} 个。下一步：填表单，再按 tools/call。',
    blocks: '✓ 已答复。内容块：{0} 个',
    callNews: '完整的对话就是这些。下一步：点开各帧、改改表单，或试一次错误的调用。',
    toolError: '✗ 工具报告了错误（isError: true）。',
    rpcError: '✗ JSON-RPC 错误 {0}：{1}',
    httpError: '✗ HTTP {0}：{1}',
    networkError: '✗ POST 没有送到：{0}',
    progress: '进度：{0} / {1}',
  },
}

export const $ = (id) => /** @type {any} */ (document.getElementById(id))
const root = document.documentElement
const FRAMES_SHOWN = 200
const TITLE_LENGTH = 300 // in code points

/** Puts a word of the dictionary into an element, where it follows the language. `{0}`, `{1}` … stand for the values. */
export function say(element, word, ...values) {
  Object.assign(element.dataset, { word, values: JSON.stringify(values) })
  translate(element)
}

function translate(element) {
  const values = JSON.parse(element.dataset.values ?? '[]')
  element.textContent = words[root.lang][element.dataset.word].replace(/\{(\d)\}/g, (_, n) => values[n] ?? '?')
}

// Language and theme are those of the URL's fragment, `#lang=zh&theme=dark`; without it, those of the browser.
const choice = () => new URLSearchParams(location.hash.slice(1))

function follow() {
  const light = matchMedia('(prefers-color-scheme: light)').matches
  root.lang = (choice().get('lang') ?? navigator.language).startsWith('zh') ? 'zh' : 'en'
  root.dataset.theme = (choice().get('theme') ?? (light ? 'light' : 'dark')) === 'dark' ? 'dark' : 'light'
  $('theme').dataset.word = root.dataset.theme === 'dark' ? 'light' : 'dark'
  for (const element of document.querySelectorAll('[data-word]')) translate(element)
}

function choose(name, value) {
  const next = choice()
  next.set(name, value)
  location.replace(`#${next}`)
}

addEventListener('hashchange', follow)
$('language').addEventListener('click', () => choose('lang', root.lang === 'zh' ? 'en' : 'zh'))
$('theme').addEventListener('click', () => choose('theme', $('theme').dataset.word))
follow()

/** A copy of a template; each text goes into the element whose class is its name. */
function stamp(template, texts) {
  const copy = $(template).content.firstElementChild.cloneNode(true)
  for (const [name, text] of Object.entries(texts)) copy.querySelector(`.${name}`).textContent = text
  for (const element of copy.querySelectorAll('[data-word]')) translate(element)
  return copy
}

let start = 0 // ms
let count = 0

export function clearRecord() {
  start = performance.now()
  count = 0
  $('frames').replaceChildren()
}

/** One more row in the list of frames: raw, and as indented JSON while it is open. The oldest row gives way. */
export function record(way, type, id, data) {
  const time = `${Math.round(performance.now() - start)} ms`
  const texts = {
    number: ++count,
    time,
    way,
    type,
    id: id === undefined ? '' : `id ${id}`,
    data: data.slice(0, 300),
  }
  const row = stamp('frame', texts)
  row.firstElementChild.addEventListener('toggle', ({ target }) => {
    row.querySelector('pre').textContent = target.open ? indent(data) : ''
  })
  $('frames').append(row)
  if (count > FRAMES_SHOWN) $('frames').firstElementChild.remove()
  return row
}

function indent(data) {
  try {
    return JSON.stringify(JSON.parse(data), undefined, 2)
  } catch {
    return data
  }
}

/** The form of a tool, made from its inputSchema. It checks nothing: that is the server's part. */
export function showForm({ description = '', inputSchema: { properties = {}, required = [] } }) {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)))
  $('description').textContent = description
  $('fields').replaceChildren(...fields)
  $('wait').hidden = true
  $('tool').hidden = false
}

function field(name, schema, required) {
  const whole = stamp(schema.enum ? 'choice' : 'field', { name, description: schema.description ?? '' })
  whole.querySelector('.required').hidden = !required
  for (const value of schema.enum ?? []) {
    const option = stamp('option', { name: value })
    const checked = value === (schema.default ?? (required && schema.enum[0]))
    Object.assign(option.querySelector('input'), { name, value, checked })
    whole.append(option)
  }
  const input = whole.querySelector(':scope > input')
  if (input) Object.assign(input, { name, required }, attributes(schema))
  return whole
}

function attributes({ type, minimum = '', maximum = '', default: value = '' }) {
  if (type === 'boolean') return { type: 'checkbox', checked: Boolean(value) }
  if (type === 'number' || type === 'integer') return { type: 'number', min: minimum, max: maximum, value }
  return { type: 'text', value }
}

/** What the form holds, as the arguments of the tool. An empty field is left out. */
export function readForm({ inputSchema: { properties = {} } }) {
  const form = new FormData($('form'))
  const values = {}
  for (const [name, { type }] of Object.entries(properties)) {
    const value = form.get(name)
    if (type === 'boolean') values[name] = value !== null
    else if (value) values[name] = type === 'number' || type === 'integer' ? Number(value) : value
  }
  return values
}

/** A content block of a result: as a story where its text is one of Hacker News, else as it came. */
export function card(block) {
  try {
    return story(JSON.parse(block.text))
  } catch {
    return stamp('plain', { text: block.text ?? JSON.stringify(block) })
  }
}

/** @throws {TypeError | RangeError} where the item is no story */
function story({ title, url, by, score, descendants = 0, time }) {
  const short = [...title].slice(0, TITLE_LENGTH).join('')
  const date = new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const copy = stamp('story', { title: short })
  say(copy.querySelector('.facts'), 'facts', score, by, descendants, `${date} UTC`)
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (!address || !['http:', 'https:'].includes(address.protocol)) return copy
  const link = { href: address.href, textContent: short, target: '_blank', rel: 'noreferrer noopener' }
  copy.querySelector('.title').replaceChildren(Object.assign(document.createElement('a'), link))
  copy.querySelector('.host').textContent = address.host
  return copy
}

/**
 * Why a request was refused: the sentence of a JSON-RPC error, else the body as it is (a 404 of another server is text).
 * @param {string} body
 */
export function reason(body) {
  try {
    return JSON.parse(body).error.message
  } catch {
    return body.trim()
  }
}
