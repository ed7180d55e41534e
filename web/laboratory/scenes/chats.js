// @ts-check
// Three chats, one envelope: an event of each, to the byte. The envelope has the colours of SSE; inside is anything.
import { endBoxes } from '../control.js'
import { make, say } from '../page.js'
import { linesIn } from './parts.js'
import { chats } from './recorded.js'

export const steps = 4

/** Where each says what the event is, and where its text stands. */
const MARKS = {
  chatgpt: { type: /^delta$/, text: /"v": "(.*?)"/ },
  kimi: { type: /"event":"(\w+)"/, text: /"text":"(.*?)"/ },
  deepseek: { type: /(?!)/, text: /"v": "(.*?)"/ },
}

export function draw() {
  const rows = chats.map(({ id, title, event, bytesPerCharacter }, index) => {
    const step = `${index + 1}`
    const lines = linesIn(event).map(({ kind, name, value }) => {
      const field =
        kind === 'blank' ? [] : [make('b', { 'data-role': 'name' }, name), make('b', { 'data-role': 'colon' }, ': ')]
      return make('p', {}, ...field, ...marked(value, MARKS[id]), ...endBoxes('\n', kind === 'blank'))
    })
    const where = make('span', { 'data-step': step, word: `scenes.${id}` })
    const ratio = make('span', { 'data-step': '4' })
    say(ratio, 'scenes.per-character', bytesPerCharacter)
    const head = make('p', { class: 'product' }, make('b', {}, title), make('span', { class: 'where' }, ratio, where))
    return make('div', { class: 'chat' }, head, make('div', { class: 'letter', 'data-step': step }, ...lines))
  })
  return make('div', { class: 'letters' }, ...rows)
}

/** The value, with its type and its text marked. */
function marked(value, { type, text }) {
  const marks = [
    { kind: 'type', found: type.exec(value) },
    { kind: 'text', found: text.exec(value) },
  ]
  const parts = []
  let end = 0
  for (const { kind, found } of marks) {
    if (!found) continue
    const inner = found[1] ?? found[0]
    const start = found.index + found[0].lastIndexOf(inner)
    parts.push(value.slice(end, start), make('mark', { class: kind }, inner))
    end = start + inner.length
  }
  return [...parts, value.slice(end)]
}
