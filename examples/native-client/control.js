// @ts-check
// Control characters as boxes with their names, drawn by CSS (.ctl in tokens.css): fonts have no glyph for them.

const NAMES = new Map([
  ['\0', 'NUL'],
  ['\t', 'TAB'],
  ['\n', 'LF'],
  ['\r', 'CR'],
  ['\u001B', 'ESC'],
])

/** A text as nodes: what is printed stays text, a control character becomes a box. */
export const withBoxes = (text) => text.split(/(\p{Cc})/u).map((part) => (/^\p{Cc}$/u.test(part) ? box(part) : part))

function box(character) {
  const name = NAMES.get(character) ?? `U+${character.codePointAt(0).toString(16).padStart(4, '0').toUpperCase()}`
  return Object.assign(document.createElement('span'), { className: 'ctl', textContent: name })
}
