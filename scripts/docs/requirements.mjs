// Which requirements of the five revisions a test names, and why the others have none: test/conformance/requirements.md.
// `npm run docs` brings the table's counts up to date and says what is wrong with it, a test compares.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../parts.mjs'

export const TABLE = 'test/conformance/requirements.md'
const ID = /\bR-[A-Z]+-\d+\b/g
/** Its id, a few words, and the number of its tests, or the reason why it has none. */
const ROW = /^\| (R-[A-Z]+-\d+) \| (.+?) \| (.*?) ?\|$/gm
// Comments do not count: a name is what is printed when the test runs.
const TITLE = /(?<![.\w])test\(\s*(['"`])((?:\\[^]|(?!\1)[^\\])*)\1/g

/**
 * How many tests name each id: in the name of a `test(…)`, or in the head of a transcript, which is the lines of
 * remarks that it begins with.
 * @returns {Map<string, number>}
 */
export function countTests() {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true }).map((name) => name.replaceAll('\\', '/'))
  const read = (name) => readFileSync(join(ROOT, 'test', name), 'utf8')
  const own = files.filter((name) => !name.includes('node_modules/'))
  const tests = own.filter((name) => /\.test\.m?[jt]s$/.test(name))
  const transcripts = own.filter((name) => /^transcripts\/.*\.txt$/.test(name))
  return countIds([
    ...tests.flatMap((name) => titlesIn(read(name))),
    ...transcripts.map((name) => /^(?:(?:#.*)?\r?\n)*/.exec(read(name))[0]),
  ])
}

/**
 * The names of the tests in a source text.
 * @param {string} source
 */
export const titlesIn = (source) => [...source.matchAll(TITLE)].map(([, , title]) => title)

/**
 * In how many of the texts each id stands.
 * @param {string[]} texts
 * @returns {Map<string, number>}
 */
export function countIds(texts) {
  const counts = new Map()
  for (const text of texts) for (const id of new Set(text.match(ID))) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

/** @param {string} table */
const rowsOf = (table) => [...table.matchAll(ROW)].map(([, id, words, cell]) => ({ id, words, cell }))

const isCount = (cell) => /^\d+$/.test(cell)

/**
 * What is wrong, a sentence each.
 * @param {string} table
 * @param {ReadonlyMap<string, number>} counts
 */
export function problemsOf(table, counts) {
  const rows = rowsOf(table)
  const ids = rows.map(({ id }) => id)
  const unknown = [...counts.keys()].filter((id) => !ids.includes(id))
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at)
  return [
    ...unknown.map((id) => `A test names ${id}, which is no requirement.`),
    ...twice.map((id) => `${id} stands in the table twice.`),
    ...rows.flatMap(({ id, cell }) => {
      const count = counts.get(id) ?? 0
      const hasReason = cell !== '' && !isCount(cell)
      if (count === 0 && !hasReason) return `${id} is named by no test, and no reason says why.`
      if (count > 0 && hasReason) return `${id} is named by a test, and a reason says why it is not: ${STALE}`
      if (count > 0 && cell !== String(count)) return `${id} has ${count} tests, not ${cell || 'none'}: ${STALE}`
      return []
    }),
  ]
}

const STALE = 'npm run docs.'

/**
 * The table with today's counts. Who has a test needs no reason any more; who lost the last one needs one, by hand.
 * @param {string} table
 * @param {ReadonlyMap<string, number>} counts
 */
export function withCounts(table, counts) {
  return table.replace(ROW, (_row, id, words, cell) => {
    const reason = isCount(cell) ? '' : cell
    return `| ${id} | ${words} | ${counts.get(id) ?? reason} |`
  })
}

/**
 * @param {string} table
 * @param {ReadonlyMap<string, number>} counts
 */
export function summaryOf(table, counts) {
  const rows = rowsOf(table)
  const named = rows.filter(({ id }) => counts.has(id)).length
  const excused = rows.filter(({ id, cell }) => !counts.has(id) && cell !== '' && !isCount(cell)).length
  return `${rows.length} requirements: ${named} named by tests, ${excused} not tested, with a reason`
}

export const readTable = () => readFileSync(join(ROOT, TABLE), 'utf8')
