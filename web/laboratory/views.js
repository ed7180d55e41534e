// @ts-check
// The views of the laboratory, one at a time, each with an address (`#view=type`) and a title. What a view needs is
// loaded when it is opened first; it stays, so that what runs in it goes on.
import { $, make, setting, t } from './page.js'
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
/** For a talk, one at a time, in this order. */
export const PANELS = [...TALK, ...Object.keys(LATER)]
const opened = new Set()

const isPresented = () => setting('present') === '1'
export const shownPanel = () => Math.max(0, PANELS.indexOf(setting('panel')))

/** @returns {string} the view that the address names */
function view() {
  if (isPresented()) return TALK.includes(PANELS[shownPanel()]) ? 'talk' : PANELS[shownPanel()]
  return setting('view') in LATER ? setting('view') : 'talk'
}

/** @param {(section: HTMLElement, mount: Function) => void} open what puts a panel into its section */
export function mountViews(open) {
  addEventListener('hashchange', show)
  for (const name of Object.keys(FOLDED)) $(name).firstElementChild.addEventListener('toggle', () => load(name))
  show()

  function show() {
    const now = view()
    for (const name of PANELS) {
      const section = $(name)
      const isIn = TALK.includes(name) ? now === 'talk' : now === name
      section.hidden = isPresented() ? PANELS[shownPanel()] !== name : !isIn
    }
    for (const link of document.querySelectorAll('nav a')) {
      const { view: name } = /** @type {HTMLElement} */ (link).dataset
      link.setAttribute('href', addressOf(name))
      link.ariaCurrent = name === now ? 'page' : null
    }
    document.body.dataset.view = isPresented() ? 'present' : now
    document.title = `${t(`page.view-${now}`)} · ${t('page.title')}`
    if (now in LATER) void load(now)
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
  for (const name of ['view', 'present', 'panel', 'stream', 'cut', 'eol']) settings.delete(name)
  if (view !== 'talk') settings.set('view', view)
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
