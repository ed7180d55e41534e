// @ts-check
// The dictionary of the page, a part for each panel. Words of the protocols are the same in every language.
// Here are the parts of the first view; the others come with what they name.
import bar from './words/bar.js'
import heads from './words/heads.js'
import page from './words/page.js'
import roles from './words/roles.js'
import specimen from './words/specimen.js'
import steps from './words/steps.js'

/** @type {Record<string, Record<string, Record<string, string>>>} */
export const words = { en: {}, zh: {} }

/** Takes parts of the dictionary in: `{ bar: { en, zh } }`. */
export function learn(parts) {
  for (const [name, part] of Object.entries(parts)) for (const lang in words) words[lang][name] = part[lang]
}

learn({ bar, heads, page, roles, specimen, steps })
