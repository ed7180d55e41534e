// @ts-check
// Scenes for a talk, in place of the views: `#present=1&scene=cut&step=3`. They play what was recorded, step by step; a
// scene is drawn once, and its steps show more of it: nothing moves but what is new. All of it is loaded with this file.
import { showKeys } from './keys.js'
import { $, make, say, set, setting, t } from './page.js'
import * as chats from './scenes/chats.js'
import * as cut from './scenes/cut.js'
import * as event from './scenes/event.js'
import * as keys from './scenes/keys.js'
import * as pipe from './scenes/pipe.js'
import * as transports from './scenes/transports.js'
import { style } from './views.js'
import { learn } from './words.js'
import notes from './words/notes.js'

/** In the order of the talk. `draw` gives the picture; its elements say in `data-step` when they come. */
const SCENES = { pipe, event, cut, transports, chats }
const NAMES = Object.keys(SCENES)
const root = document.documentElement

learn({ notes })
const title = make('h1')
const progress = make(
  'p',
  { class: 'progress', 'aria-hidden': 'true' },
  ...NAMES.map(() => make('span', {}, make('i'))),
)
const picture = make('div', { class: 'picture', role: 'img' })
/** A sentence for each step: the newest is seen, all of them are heard. The label of the picture says the whole of it. */
const told = make('ol', { class: 'told', 'aria-live': 'polite' })
const scene = make('main', { tabIndex: -1 }, make('header', {}, title, progress), picture, told)
const buttons = make(
  'nav',
  { label: 'scenes.ways' },
  make('button', { word: 'scenes.back', onclick: () => go(-1) }),
  make('button', { word: 'scenes.on', onclick: () => go(1) }),
  make('button', { word: 'scenes.note', onclick: turnNotes }),
  make('button', { word: 'scenes.leave', onclick: leave }),
)
const note = make('aside', { label: 'scenes.notes', tabIndex: 0, hidden: true }, make('p'))
const talk = make('div', { id: 'talk' }, scene, buttons, note)

/** What is on the stage. @type {{ name?: string, step: number }} */
let shown = { step: 0 }
talk.addEventListener('click', ({ target }) => target.closest('button, aside') ?? go(1))

/** Brings what the scenes look like, and shows what the address says; from then on with each change of it. */
export async function open() {
  await Promise.all(['scenes.css', ...NAMES.map((name) => `scenes/${name}.css`)].map(style))
  keys.showIn($('talk-keys'))
  addEventListener('keydown', press)
  addEventListener('hashchange', show)
  show()
}

function show() {
  const isOn = setting('present') === '1'
  root.classList.toggle('talk', isOn)
  if (!isOn) return leaveStage()
  const isNew = !talk.isConnected
  if (isNew) document.body.append(talk)
  const { name, step } = place()
  const isForward = name === shown.name && step > shown.step
  if (name !== shown.name || isNew) begin(name)
  for (const element of picture.querySelectorAll('[data-step]')) {
    const { step: from, until = Infinity } = element.dataset
    element.classList.toggle('is-away', step < Number(from) || step > Number(until))
    element.classList.toggle('is-new', isForward && step === Number(from))
  }
  tell(name, step)
  shown = { name, step }
  note.hidden = setting('notes') !== '1'
  root.classList.toggle('with-notes', !note.hidden)
  picture.ariaLabel = t(`scenes.${name}-picture`)
  document.title = `${title.textContent} · ${t('page.title')}`
  if (isNew) scene.focus()
}

/** The scene and the step that the address names; the first one where it names none. */
function place() {
  const name = NAMES.includes(setting('scene')) ? setting('scene') : NAMES[0]
  const step = Math.trunc(Number(setting('step', '0'))) || 0
  return { name, step: Math.min(Math.max(step, 0), SCENES[name].steps) }
}

function begin(name) {
  picture.replaceChildren(SCENES[name].draw())
  told.replaceChildren()
  say(title, `scenes.${name}`)
  say(note.firstChild, `notes.${name}`)
  scene.scrollTop = 0
}

function tell(name, step) {
  while (told.children.length > step + 1) told.lastChild?.remove()
  while (told.children.length <= step) {
    const sentence = make('li')
    say(sentence, `scenes.${name}-${told.children.length}`)
    told.append(sentence)
  }
  NAMES.forEach((each, index) => {
    const done = each === name ? step / SCENES[name].steps : Number(index < NAMES.indexOf(name))
    const bar = /** @type {HTMLElement} */ (progress.children[index])
    bar.className = each === name ? 'now' : ''
    bar.style.setProperty('--done', `${done}`)
  })
}

function go(by) {
  const { name, step } = place()
  if (step + by >= 0 && step + by <= SCENES[name].steps) return set({ scene: name, step: `${step + by}` })
  const next = NAMES[NAMES.indexOf(name) + by]
  if (next) set({ scene: next, step: by > 0 ? undefined : `${SCENES[next].steps}` })
}

function turnNotes() {
  set({ notes: setting('notes') === '1' ? undefined : '1' })
}

function leave() {
  set({ present: undefined, scene: undefined, step: undefined, notes: undefined })
}

function leaveStage() {
  if (!talk.isConnected) return
  talk.remove()
  $('present').focus()
}

const KEYS = {
  ArrowRight: () => go(1),
  PageDown: () => go(1), // what presenters' remote controls send
  ' ': () => go(1),
  Enter: () => go(1),
  ArrowLeft: () => go(-1),
  PageUp: () => go(-1),
  Backspace: () => go(-1),
  Escape: leave,
}

function press(event) {
  const { key, target, shiftKey, ctrlKey, metaKey, altKey } = event
  if (!talk.isConnected || ctrlKey || metaKey || altKey || $('keys').open) return
  if (target.closest('button') && (key === ' ' || key === 'Enter')) return
  const isLetter = setting('keys') !== 'off' // they can be switched off: WCAG 2.2, 2.1.4 "Character Key Shortcuts"
  if (key === ' ' && shiftKey) go(-1)
  else if (Object.hasOwn(KEYS, key)) KEYS[key]()
  else if (isLetter && key === 'n') turnNotes()
  else if (isLetter && key === '?') showKeys()
  else if (isLetter && NAMES[Number(key) - 1]) set({ scene: NAMES[Number(key) - 1], step: undefined })
  else return
  event.preventDefault()
}
