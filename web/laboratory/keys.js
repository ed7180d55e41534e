// @ts-check
// Keys for what buttons do, and one panel at a time for a talk. A button with `data-key` says its key itself.
import { $, make, say, set, setting, t } from './page.js'
import { PANELS, shownPanel } from './views.js'

export function mountKeys() {
  addEventListener('keydown', press)
  addEventListener('hashchange', present)
  $('help').addEventListener('click', showKeys)
  $('present').addEventListener('click', () => set({ present: setting('present') ? undefined : '1' }))
  $('before').addEventListener('click', () => turn(-1))
  $('after').addEventListener('click', () => turn(1))
  $('news-switch').addEventListener('click', () => set({ news: setting('news') === 'off' ? undefined : 'off' }))
  $('keys-switch').addEventListener('click', () => set({ keys: setting('keys') === 'off' ? undefined : 'off' }))
  present()
}

/** A single letter, unless one writes, or has switched them off (WCAG 2.2, 2.1.4 "Character Key Shortcuts"). */
function press(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || setting('keys') === 'off' || $('keys').open) return
  if (target.closest('select, textarea, input:not([type=radio], [type=checkbox], [type=range])')) return
  const element = /** @type {any} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))
  if (!element || element.disabled) return
  event.preventDefault()
  element.focus()
  if (element.tagName === 'BUTTON') element.click()
}

function showKeys() {
  const rows = [...document.querySelectorAll('[data-key]')].map((element) => {
    const { key, word } = /** @type {HTMLElement} */ (element).dataset
    const name = element.ariaLabel ?? (word ? t(word) : element.textContent)
    return [make('dt', {}, make('kbd', {}, key ?? '')), make('dd', {}, name ?? '')]
  })
  $('key-list').replaceChildren(...rows.flat())
  $('keys').showModal()
}

const turn = (by) => set({ panel: PANELS[(shownPanel() + by + PANELS.length) % PANELS.length] })

/** `#present=1`: one panel fills the page, in letters that the last row can read. */
function present() {
  const isOn = setting('present') === '1'
  const root = document.documentElement
  root.classList.toggle('present', isOn)
  for (const id of ['before', 'after']) $(id).hidden = !isOn
  say($('present'), isOn ? 'page.leave' : 'page.present')
  for (const [id, on, off] of [
    ['news-switch', 'page.newsOff', 'page.newsOn'],
    ['keys-switch', 'page.keysOff', 'page.keysOn'],
  ])
    say($(id), setting(id.split('-')[0]) === 'off' ? off : on)
}
