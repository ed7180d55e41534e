// @ts-check
// The keys of the talk, for the list of keys. It comes with the talk, or when the list is opened.
import { make } from '../page.js'
import { learn } from '../words.js'
import scenes from '../words/scenes.js'

learn({ scenes })
const KEYS = [
  { keys: ['→', 'PgDn', 'Enter', 'Space'], word: 'scenes.key-on' },
  { keys: ['←', 'PgUp', 'Backspace'], word: 'scenes.back' },
  { keys: ['1', '2', '3', '4', '5'], word: 'scenes.key-scene' },
  { keys: ['n'], word: 'scenes.notes' },
  { keys: ['Esc'], word: 'scenes.key-leave' },
]
const list = make(
  'dl',
  {},
  ...KEYS.flatMap(({ keys, word }) => [
    make('dt', {}, ...keys.flatMap((key) => [make('kbd', {}, key), ' '])),
    make('dd', { word }),
  ]),
)

/** Puts them under those of the page, once; they follow the language. */
export function showIn(element) {
  if (!list.isConnected) element.replaceChildren(make('h3', { word: 'scenes.keys' }), list)
}
