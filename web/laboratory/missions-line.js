// @ts-check
// Three questions in a line over every view. A press opens one: it goes into the address, and what it needs is loaded.
import { $, make, set, setting } from './page.js'
import { style } from './views.js'
import { learn } from './words.js'

/** @param {import('./main.js').App} app */
export function mountMissions(app) {
  const section = $('missions')
  const buttons = /** @type {HTMLElement[]} */ ([...section.querySelectorAll('button')])
  let isLoaded = false
  for (const button of buttons)
    button.addEventListener('click', () => {
      const { mission } = button.dataset
      set({ mission: mission === setting('mission') ? undefined : mission })
    })
  addEventListener('hashchange', show)
  show()
  // The workbench takes what height is left.
  const root = document.documentElement
  new ResizeObserver(() => root.style.setProperty('--missions', `${section.offsetHeight}px`)).observe(section)

  function show() {
    for (const button of buttons) button.ariaExpanded = `${button.dataset.mission === setting('mission')}`
    if (setting('mission') && !isLoaded) void load()
  }

  async function load() {
    isLoaded = true
    try {
      const [{ mount }, { default: missions }] = await Promise.all([
        import('./missions.js'),
        import('./words/missions.js'),
        style('mission.css'),
      ])
      learn({ missions })
      app.open('missions', mount)
    } catch ({ message }) {
      isLoaded = false // asked for again at the next press
      section.append(make('p', { class: 'problem' }, message))
    }
  }
}
