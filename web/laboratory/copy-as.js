// @ts-check
// What is recorded, as text for elsewhere: a request for a shell, all of it for Mermaid. No DOM.
import { FOLD, rowsOf } from './diagram.js'

/** A word of a POSIX shell: nothing is special within ' ' but ' itself. */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`

/** The request, with the headers that we set; in place of those that the browser adds, curl adds its own. */
export function curlOf({ method, url, headers, body, answerHeaders, reader }, origin) {
  const types = Object.values({ ...headers, ...answerHeaders }).join()
  const isStream = reader === 'EventSource' || types.includes('text/event-stream')
  const flags = `-i${isStream ? 'N' : ''}${/[[\]{}]/.test(url) ? 'g' : ''}` // g: brackets are no pattern
  const parts = [`curl ${flags} ${quoted(origin + url)}`]
  if (method !== (body === undefined ? 'GET' : 'POST')) parts.push(`-X ${method}`)
  // `Name:` would take the header away, `Name;` sends it empty.
  for (const [name, value] of Object.entries(headers))
    parts.push(`-H ${quoted(value ? `${name}: ${value}` : `${name};`)}`)
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`)
  return parts.join(' \\\n  ')
}

const ARROWS = {
  '↑': 'P->>S',
  '↓': 'S->>P',
  head: 'S-->>P',
  '·': 'Note over P',
  closed: 'P--xS',
  cut: 'S--xP',
  ended: 'S--xP',
}

/** A `sequenceDiagram`; `noteOf` puts the note of a row into words. */
export function mermaidOf(record, noteOf) {
  const lines = ['sequenceDiagram', 'participant P as page', 'participant S as server']
  let before
  for (const { at, way, text, note } of rowsOf(record, record.frames.length, Infinity)) {
    if (at - before > FOLD) lines.push(`Note over P,S: ${((at - before) / 1000).toFixed(1)} s`)
    before = at
    lines.push(`${ARROWS[way]}: ${plain(note ? `${text} (${noteOf(...note)})` : text)}`)
  }
  return lines.join('\n  ')
}

/** One line in which nothing is Mermaid's: `;` would end it, `#` begins an entity, `%%` a comment, `<` a tag. */
const plain = (text) =>
  text
    .replace(/\s+/g, ' ')
    .slice(0, 160)
    .replace(/[#;%<>]/g, (sign) => `#${sign.charCodeAt(0)};`)
