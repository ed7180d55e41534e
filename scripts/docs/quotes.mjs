// Source quoted live: what a lesson shows of the code is the code of today. In a lesson a fence names a file, or a part:
//
//     ```ts src/sse/stream.ts#headers
//
// The part stands in that file between the lines `//> headers` and `//<` (in Lua `--> headers` and `--<`). `npm run docs`
// writes the lessons, a test compares.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../parts.mjs'

const QUOTE = /^```(\w+) ([\w./-]+\.\w+)(?:#([\w-]+))?\n[^]*?^```$/gm
const BEGIN = /^\s*(?:\/\/|--)> ([\w-]+)$/
const END = /^\s*(?:\/\/|--)<$/

const linesOf = (path) => readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n')
const isMarker = (line) => BEGIN.test(line) || END.test(line)

/** The names of the parts of a file, in order. */
export const partsOf = (path) => linesOf(path).flatMap((line) => BEGIN.exec(line)?.[1] ?? [])

/** A file, or a part of it, without markers and without the indentation that all its lines share. */
export function quote(path, part) {
  const lines = linesOf(path)
  const from = part === undefined ? 0 : lines.findIndex((line) => BEGIN.exec(line)?.[1] === part) + 1
  if (part !== undefined && from === 0) throw new Error(`${path} has no part //> ${part}`)
  const chosen = lines.slice(from, part === undefined ? undefined : endOf(lines, from, `${path}#${part}`))
  const shown = chosen.filter((line) => !isMarker(line))
  const indents = shown.filter(Boolean).map((line) => /^ */.exec(line)[0].length)
  const shared = Math.min(...indents)
  return shown
    .map((line) => line.slice(shared))
    .join('\n')
    .trim()
}

/** The place of the `//<` that belongs to the part that begins at `from`: parts may stand in one another. */
function endOf(lines, from, name) {
  let depth = 1
  for (let at = from; at < lines.length; at++) {
    if (BEGIN.test(lines[at])) depth++
    if (END.test(lines[at]) && --depth === 0) return at
  }
  throw new Error(`${name} has no end: //<`)
}

/** The quotes in a text, each as its file and its part. */
export const quotesIn = (text) => [...text.matchAll(QUOTE)].map(([, , path, part]) => ({ path, part }))

/** A text with every quote as its source is now. */
export const withQuotes = (text) =>
  text.replace(QUOTE, (_all, kind, path, part) => {
    if (!existsSync(join(ROOT, path))) throw new Error(`${path} is quoted, and is not there`)
    return `\`\`\`${kind} ${path}${part ? `#${part}` : ''}\n${quote(path, part)}\n\`\`\``
  })

/** Every text of the course, by path. */
export function lessonTexts() {
  const names = readdirSync(join(ROOT, 'course'), { recursive: true }).map((name) => `course/${name}`)
  const texts = names.map((name) => name.replaceAll('\\', '/')).filter((name) => /\.(en|zh)\.md$/.test(name))
  return texts.toSorted().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}
