// The table of requirements is true: each has a test that names it, or a reason.
import assert from 'node:assert/strict'
import { test } from 'node:test'

const { countIds, countTests, problemsOf, readTable, summaryOf, titlesIn, withCounts } = (await import(
  '../../scripts/docs/requirements.mjs' as string
)) as {
  countIds(texts: string[]): Map<string, number>
  countTests(): Map<string, number>
  problemsOf(table: string, counts: ReadonlyMap<string, number>): string[]
  readTable(): string
  summaryOf(table: string, counts: ReadonlyMap<string, number>): string
  titlesIn(source: string): string[]
  withCounts(table: string, counts: ReadonlyMap<string, number>): string
}

test('each of the 228 requirements is named by a test or has a reason, never both, and the table is of today', () => {
  const [table, counts] = [readTable(), countTests()]
  assert.deepEqual(problemsOf(table, counts), [])
  assert.match(summaryOf(table, counts), /^228 requirements: \d+ named by tests, \d+ not tested, with a reason$/)
  assert.equal(withCounts(table, counts), table)
})

const TABLE = `| id | requirement | tests, or why there are none |
| --- | --- | --- |
| R-AA-1 | one | 2 |
| R-AA-2 | two | Not offered: a|b. |
| R-AA-10 | ten | 1 |
`
const COUNTS = new Map([
  ['R-AA-1', 2],
  ['R-AA-10', 1],
])
const counts = (changes: Record<string, number | undefined>) =>
  new Map(Object.entries({ ...Object.fromEntries(COUNTS), ...changes }).filter(([, count]) => count)) as typeof COUNTS

test('a table is counted: how many are named, how many have a reason', () => {
  assert.deepEqual(problemsOf(TABLE, COUNTS), [])
  assert.equal(summaryOf(TABLE, COUNTS), '3 requirements: 2 named by tests, 1 not tested, with a reason')
  assert.equal(withCounts(TABLE, COUNTS), TABLE)
})

const STALE = 'npm run docs.'

for (const [what, table, changed, problem] of [
  ['an unknown id', TABLE, { 'R-AA-3': 1 }, 'A test names R-AA-3, which is no requirement.'],
  ['neither test nor reason', TABLE, { 'R-AA-1': undefined }, 'R-AA-1 is named by no test, and no reason says why.'],
  [
    'an empty reason',
    TABLE.replace('Not offered: a|b.', ''),
    {},
    'R-AA-2 is named by no test, and no reason says why.',
  ],
  ['both', TABLE, { 'R-AA-2': 1 }, `R-AA-2 is named by a test, and a reason says why it is not: ${STALE}`],
  ['a stale number', TABLE, { 'R-AA-10': 3 }, `R-AA-10 has 3 tests, not 1: ${STALE}`],
  ['the same id twice', TABLE + TABLE.split('\n')[2], {}, 'R-AA-1 stands in the table twice.'],
] as const)
  test(`it is noticed: ${what}`, () => {
    assert.deepEqual(problemsOf(table, counts(changed)), [problem])
  })

test('writing the table drops the reason of what has a test, and leaves a gap where the last test is gone', () => {
  const written = withCounts(TABLE, counts({ 'R-AA-1': undefined, 'R-AA-2': 4 }))
  assert.match(written, /^\| R-AA-1 \| one \| {2}\|$/m)
  assert.match(written, /^\| R-AA-2 \| two \| 4 \|$/m)
  assert.deepEqual(problemsOf(written, counts({ 'R-AA-1': undefined, 'R-AA-2': 4 })), [
    'R-AA-1 is named by no test, and no reason says why.',
  ])
})

test('an id counts in the name of a test, once per test, whole, and nowhere else', () => {
  const [one, two, five] = ['R-XX-1', 'R-XX-12', 'R-XX-5']
  const source = [
    `// ${five}: a comment`,
    `${'test'}('${one} and ${one} and it\\'s ${two}', () => {})`,
    `  ${'test'}(\n    \`${two}, \${version}: a template\`,\n    { skip },`,
    `/x/.${'test'}('${five}')`,
    `latest('${five}')`,
    `${'test'}.skip('${five}', () => {})`,
    `assert.equal(a, '${five}')`,
  ].join('\n')
  assert.equal(titlesIn(source).length, 2)
  assert.deepEqual(
    [...countIds(titlesIn(source))],
    [
      [one, 1],
      [two, 2],
    ],
  )
})
