// @ts-check
// How the page is drawn: language, theme, and the templates of index.html. No protocol.
// Text of strangers (titles, descriptions, errors) gets onto the page by textContent only.

export const $ = (id) => /** @type {any} */ (document.getElementById(id))
const root = document.documentElement
const TITLE_LENGTH = 300 // in code points
const dictionaries = {} // each comes when its language is chosen first

/** Puts a word of the dictionary into an element, where it follows the language. `{0}`, `{1}` … stand for the values. */
export function say(element, word, ...values) {
  Object.assign(element.dataset, { word, values: JSON.stringify(values) })
  translate(element)
}

function translate(element) {
  const word = dictionaries[root.lang]?.[element.dataset.word]
  if (word === undefined) return // the dictionary is on its way
  const values = JSON.parse(element.dataset.values ?? '[]')
  element.textContent = word.replace(/\{(\d)\}/g, (_, n) => values[n] ?? '?')
}

// Language and theme are those of the URL's fragment, `#lang=zh&theme=dark`; without it, those of the browser.
export const choice = () => new URLSearchParams(location.hash.slice(1))

async function follow() {
  const light = matchMedia('(prefers-color-scheme: light)').matches
  root.lang = (choice().get('lang') ?? navigator.language).startsWith('zh') ? 'zh' : 'en'
  root.dataset.theme = (choice().get('theme') ?? (light ? 'light' : 'dark')) === 'dark' ? 'dark' : 'light'
  $('theme').dataset.word = root.dataset.theme === 'dark' ? 'light' : 'dark'
  const { lang, dataset } = root
  for (const link of document.querySelectorAll('a[data-word]'))
    link.hash = `lang=${lang}&theme=${dataset.theme}${link.dataset.more ?? ''}`
  dictionaries[lang] ??= (await import(`./words-${lang}.js`)).words
  for (const element of document.querySelectorAll('[data-word]')) translate(element)
}

export function choose(name, value) {
  const next = choice()
  next.set(name, value)
  location.replace(`#${next}`)
}

addEventListener('hashchange', follow)
$('language').addEventListener('click', () => choose('lang', root.lang === 'zh' ? 'en' : 'zh'))
$('theme').addEventListener('click', () => choose('theme', $('theme').dataset.word))
follow()

/** A copy of a template; each text goes into the element whose class is its name. */
export function stamp(template, texts) {
  const copy = $(template).content.firstElementChild.cloneNode(true)
  for (const [name, text] of Object.entries(texts)) copy.querySelector(`.${name}`).textContent = text
  for (const element of copy.querySelectorAll('[data-word]')) translate(element)
  return copy
}

const SLOW = 'count-slowly' // what the second address is offered for
const ASKING = 'order-coffee' // for a later protocol version

/** The tools to choose from, and the form of the first, or of the slow one where it is there. */
export function showTools(tools) {
  const chosen = tools.find(({ name }) => name === SLOW) ?? tools[0]
  $('tools').replaceChildren(...tools.map(({ name }) => new Option(name)))
  $('tools').parentElement.hidden = tools.length === 1
  $('tools').value = chosen.name
  showForm(chosen)
}

/** The form of a tool, made from its inputSchema. It checks nothing: that is the server's part. */
export function showForm({ name, description = '', inputSchema: { properties = {}, required = [] } }) {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)))
  $('description').textContent = description
  $('later').hidden = name !== ASKING
  $('fields').replaceChildren(...fields)
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

$('form').addEventListener('submit', (event) => event.preventDefault())

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
