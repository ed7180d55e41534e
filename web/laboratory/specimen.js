// @ts-check
// One event, byte by byte, where later the selected one stands: what ends an event is seen before anything is pressed.
import { annotated } from './annotated.js'
import { make } from './page.js'

const EVENT = 'event: greeting\ndata: hello\n\n'

/** @param {HTMLElement} section */
export function mount(section) {
  section.append(
    make(
      'div',
      { class: 'stack detail' },
      make('p', { class: 'what', word: 'specimen.lead' }),
      annotated({ bytes: new TextEncoder().encode(EVENT) }),
      make('p', { class: 'meaning', word: 'specimen.answer' }),
      make('p', { class: 'why', word: 'specimen.next' }),
    ),
  )
}
