// @ts-check
// The views of the laboratory, one at a time, each with an address (`#view=type`) and a title. What a view needs is
// loaded when it is opened first; it stays, so that what runs in it goes on.
import { $, make, say, setting, t } from './page.js'
import { learn } from './words.js'

/** Modules, words and style sheets. What `talk`, the first view, needs is there from the beginning. */
const LATER = {
  type: () => [import('./type.js'), import('./words/type.js'), style('panels.css'), style('type.css')],
  reconnect: () => [
    import('./reconnect.js'),
    import('./words/reconnect.js'),
    style('panels.css'),
    style('reconnect.css'),
  ],
  chats: () => [import('./chats.js'), import('./words/chats.js'), style('panels.css'), style('chats.css')],
  transports: () => [
    import('./transports.js'),
    import('./words/transports.js'),
    style('panels.css'),
    style('transports.css'),
  ],
  clients: () => [import('./clients.js'), import('./words/clients.js'), style('panels.css')],
}
/** Panels that are folded under the workbench, loaded when they are unfolded. */
const FOLDED = {
  frames: () => [import('./frames.js'), import('./words/frames.js'), style('panels.css')],
  bytes: () => [import('./bytes.js'), import('./words/bytes.js'), style('panels.css')],
}
const TALK = ['bar', 'tool', 'lanes', 'message', 'frames', 'bytes']
const opened = new Set()

/** @returns {string} the view that the address names */
const view = () => (Object.hasOwn(LATER, setting('view')) ? setting('view') : 'talk')

/** @param {(section: HTMLElement, mount: Function) => void} open what puts a panel into its section */
export function mountViews(open) {
  addEventListener('hashchange', show)
  for (const name of Object.keys(FOLDED)) $(name).firstElementChild.addEventListener('toggle', () => load(name))
  show()

  function show() {
    const now = view()
    for (const name of TALK) $(name).hidden = now !== 'talk'
    for (const name of Object.keys(LATER)) $(name).hidden = now !== name
    for (const link of document.querySelectorAll('nav a')) {
      const { view: name } = /** @type {HTMLElement} */ (link).dataset
      link.setAttribute('href', addressOf(name))
      link.ariaCurrent = name === now ? 'page' : null
    }
    $('present').setAttribute('href', talkAddress())
    const { dataset } = document.body
    // What was announced belongs to the view before.
    if (dataset.view && dataset.view !== now)
      say($('news'), now === 'talk' && document.querySelector('#bar .closed') ? 'page.welcome' : `page.view-${now}`)
    dataset.view = now
    document.title = `${t(`page.view-${now}`)} · ${t('page.title')}`
    if (Object.hasOwn(LATER, now)) void load(now)
    if (setting('present') === '1' && !opened.has('scenes')) void present()
  }

  /** Scenes for a talk, over all views. They are loaded as a whole: a talk goes on without a network. */
  async function present() {
    opened.add('scenes')
    try {
      const talk = await import('./scenes.js')
      await talk.open()
    } catch ({ message }) {
      opened.delete('scenes')
      $('news').textContent = message
    }
  }

  async function load(name) {
    if (opened.has(name)) return
    opened.add(name)
    try {
      const [{ mount }, { default: words }] = await Promise.all((LATER[name] ?? FOLDED[name])())
      learn({ [name]: words })
      open(name in FOLDED ? $(name).firstElementChild : $(name), mount)
    } catch ({ message }) {
      opened.delete(name) // asked for again when the view is opened again
      $(name).append(make('p', { class: 'problem' }, message))
    }
  }
}

/** The settings stay; what belongs to one view does not. */
function addressOf(view) {
  const settings = new URLSearchParams(location.hash.slice(1))
  for (const name of ['view', 'stream', 'cut', 'eol', 'mission']) settings.delete(name)
  if (view !== 'talk') settings.set('view', view)
  return `#${settings}`
}

function talkAddress() {
  const settings = new URLSearchParams(location.hash.slice(1))
  settings.set('present', '1')
  return `#${settings}`
}

/** A style sheet, once. @param {string} href @returns {Promise<unknown>} */
export const style = (href) =>
  new Promise((resolve, reject) => {
    if (document.querySelector(`link[href="${href}"]`)) return resolve(href)
    const onerror = () => reject(new Error(`${href} did not come.`))
    // Before those that lay out the workbench: they have the last word.
    const later = document.querySelector('link[href="lanes.css"]')
    later?.before(make('link', { rel: 'stylesheet', href, onload: resolve, onerror }))
  })
