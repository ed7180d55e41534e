// @ts-check
// Control characters as boxes with their names, drawn by CSS: a font may lack their glyphs.
import { make } from './page.js'

const NAMES = { '\r': 'CR', '\n': 'LF' }

/** The boxes of a line end. `isLast`: it is that of a blank line, and ends the event. */
export const endBoxes = (text, isLast = false) =>
  [...text].map((one) => make('span', { class: isLast ? 'ctl last' : 'ctl' }, NAMES[one]))
