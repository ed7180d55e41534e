// @ts-check
// A card for each content block of a result.
import { ageOf, storyOf } from './outcome.js'
import { make, say } from './page.js'

/** A story where the block is an item of Hacker News, else the block as it is. */
export function card(block) {
  const story = storyOf(block)
  if (!story) return make('li', {}, make('pre', { translate: false }, block.text ?? JSON.stringify(block)))
  const { title, href, host = '', date, by, score, descendants = 0, time } = story
  const link = href
    ? make('a', { href, lang: 'en', target: '_blank', rel: 'noreferrer noopener' }, title)
    : make('span', { lang: 'en' }, title)
  const [facts, age, raw] = [make('span'), make('span'), make('pre', { translate: false })]
  const [unit, count] = ageOf(Date.now() / 1000 - time)
  say(facts, 'tool.facts', score, by, descendants)
  say(age, `tool.${unit}`, count)
  // Filled in when it is opened: there may be 500 of them.
  const ontoggle = () => (raw.textContent = JSON.stringify(JSON.parse(block.text), undefined, 2))
  return make(
    'li',
    {},
    make('p', {}, link, ' ', make('small', { class: 'why' }, host)),
    make('small', {}, facts, ' · ', date.slice(0, 16).replace('T', ' '), ' UTC · ', age),
    make('details', { ontoggle }, make('summary', {}, 'JSON'), raw),
  )
}
