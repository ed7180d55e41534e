// @ts-check
// Keys for what buttons and links do. One with `data-key` says its key itself.
import { $, make, say, set, setting, t } from './page.js'

export function mountKeys() {
  addEventListener('keydown', press)
  addEventListener('hashchange', name)
  $('help').addEventListener('click', showKeys)
  $('news-switch').addEventListener('click', () => set({ news: setting('news') === 'off' ? undefined : 'off' }))
  $('keys-switch').addEventListener('click', () => set({ keys: setting('keys') === 'off' ? undefined : 'off' }))
  name()
}

/** A single letter, unless one writes, or has switched them off (WCAG 2.2, 2.1.4 "Character Key Shortcuts"). */
function press(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || setting('keys') === 'off' || setting('present') === '1' || $('keys').open) return
  if (target.closest('select, textarea, input:not([type=radio], [type=checkbox], [type=range])')) return
  const element = /** @type {any} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))
  if (!element || element.disabled) return
  event.preventDefault()
  element.focus()
  if (element.matches('button, a')) element.click()
}

/** The list of keys: of the page, whose elements name them, and of the talk. */
export function showKeys() {
  const rows = [...document.querySelectorAll('[data-key]')].map((element) => {
    const { key, word } = /** @type {HTMLElement} */ (element).dataset
    const name = element.ariaLabel ?? (word ? t(word) : element.textContent)
    return [make('dt', {}, make('kbd', {}, key ?? '')), make('dd', {}, name ?? '')]
  })
  $('key-list').replaceChildren(...rows.flat())
  $('keys').showModal()
  import('./scenes/keys.js').then(
    ({ showIn }) => showIn($('talk-keys')),
    () => {}, // without a network: those of the page are there
  )
}

/** What the two switches in the list of keys say. */
function name() {
  for (const [id, on, off] of [
    ['news-switch', 'page.newsOff', 'page.newsOn'],
    ['keys-switch', 'page.keysOff', 'page.keysOn'],
  ])
    say($(id), setting(id.split('-')[0]) === 'off' ? off : on)
}
