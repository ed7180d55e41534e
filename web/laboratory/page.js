// @ts-check
// How things get onto the page: elements, words that follow the language, settings that live in the URL's fragment.
// Whatever strangers wrote (titles, messages, bytes) gets there as text, never as markup.
import { words } from './words.js'

export const $ = (id) => /** @type {any} */ (document.getElementById(id))
const root = document.documentElement

/**
 * An element: `make('button', { onclick, word: 'bar.connect' }, ...children)`. Names of properties as the DOM has them;
 * `word` and `label` name entries of the dictionary, for its text and for its aria-label; `aria-…`, `data-…`, `role`,
 * `for`, `list` are attributes. Children are nodes or texts.
 */
export function make(tag, properties = {}, ...children) {
  const element = /** @type {any} */ (document.createElement(tag))
  if (tag === 'button') element.type = 'button'
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    if (name === 'word') say(element, value)
    else if (name === 'label') Object.assign(element.dataset, { label: value })
    else if (/^(aria-|data-|role$|for$|list$)/.test(name)) element.setAttribute(name, value)
    else element[name === 'class' ? 'className' : name] = value
  }
  if (properties.label) translate(element)
  element.append(...children)
  return element
}

/** The same for SVG, whose properties are all attributes. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** The word in the language of the page; `{0}`, `{1}` … stand for the values. */
export function t(word, ...values) {
  const [group, name] = word.split('.')
  return words[root.lang][group][name].replace(/\{(\d)\}/g, (_, n) => values[n] ?? '?')
}

/** Puts a word into an element, where it follows the language. Nothing changes where it stands there already. */
export function say(element, word, ...values) {
  const given = JSON.stringify(values)
  if (element.dataset.word === word && element.dataset.values === given) return
  Object.assign(element.dataset, { word, values: given })
  translate(element)
}

function translate(element) {
  const { word, values = '[]', label } = element.dataset
  if (word) element.textContent = t(word, ...JSON.parse(values))
  if (label) element.ariaLabel = t(label)
}

/** One sentence for whoever does not see the page, at most one a second: the newest. */
export function announce(word, ...values) {
  if (next === undefined) setTimeout(speak, 1000)
  next = [word, ...values]
}
let next
function speak() {
  if (setting('news', 'on') === 'on') say($('news'), ...next)
  next = undefined
}

// Settings: `#lang=zh&theme=dark&transport=sse`. A link to the page restores them, and so does the way back.
const fragment = () => new URLSearchParams(location.hash.slice(1))

/** @param {string} name @param {string} otherwise what counts where the fragment does not say */
export const setting = (name, otherwise = '') => fragment().get(name) ?? otherwise

/** Changes settings; undefined takes one away. Whoever listens for `hashchange` follows. */
export function set(changes) {
  const next = fragment()
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) next.delete(name)
    else next.set(name, value)
  if (`${next}` !== `${fragment()}`) location.replace(`#${next}`)
}

/** Language and theme: the fragment's, else the browser's. */
export function follow() {
  const light = matchMedia('(prefers-color-scheme: light)').matches
  const lang = setting('lang', navigator.language).startsWith('zh') ? 'zh' : 'en'
  root.dataset.theme = setting('theme', light ? 'light' : 'dark') === 'dark' ? 'dark' : 'light'
  if (root.lang === lang && root.dataset.ready) return
  root.lang = lang
  root.dataset.ready = 'yes'
  for (const element of document.querySelectorAll('[data-word], [data-label]')) translate(element)
}

/**
 * Puts a text on the clipboard; the button says for a while what became of it. There is no clipboard for a page that
 * came by http from another machine, nor where the browser refuses.
 */
export async function copy(button, text) {
  if (!ownWords.has(button)) ownWords.set(button, button.dataset.word) // pressed again, it says another one
  const isDone = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  say(button, isDone ? 'page.copied' : 'page.notCopied')
  setTimeout(() => say(button, ownWords.get(button)), 1500)
}
const ownWords = new WeakMap()
