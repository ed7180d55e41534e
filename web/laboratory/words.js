// @ts-check
// The dictionary of the page, a part for each panel. Words of the protocols are the same in every language.
// Here are the parts of the first view; the others come with their views.
import bar from './words/bar.js'
import bytes from './words/bytes.js'
import frames from './words/frames.js'
import lanes from './words/lanes.js'
import message from './words/message.js'
import page from './words/page.js'
import slow from './words/slow.js'
import tool from './words/tool.js'

/** @type {Record<string, Record<string, Record<string, string>>>} */
export const words = { en: {}, zh: {} }

/** Takes parts of the dictionary in: `{ bar: { en, zh } }`. */
export function learn(parts) {
  for (const [name, part] of Object.entries(parts)) for (const lang in words) words[lang][name] = part[lang]
}

learn({ bar, bytes, frames, lanes, message, page, slow, tool })
