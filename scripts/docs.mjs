// npm run docs: brings up to date what the documents say of the code and the tests. The figures and the code in the
// READMEs, the source that the lessons quote, the pages of limits, the tables of checks, the counts in the table of requirements. What they say
// is computed in scripts/docs. `npm run docs quotes` does the lessons alone, at once.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pictures } from '../course/pictures.mjs'
import { ensureBuilt } from './build.mjs'
import { checkTables } from './docs/checks.mjs'
import { clientPages } from './docs/clients.mjs'
import { comparePages } from './docs/compare.mjs'
import { errorPages } from './docs/errors.mjs'
import { badges, figures, withFigures } from './docs/figures.mjs'
import { limitPages } from './docs/limits.mjs'
import { DOCS, withTable } from './docs/others.mjs'
import { lessonTexts, withQuotes } from './docs/quotes.mjs'
import { countTests, problemsOf, readTable, summaryOf, TABLE, withCounts } from './docs/requirements.mjs'
import { revisionPages } from './docs/revisions.mjs'
import { ROOT } from './parts.mjs'

function write(path, text) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true })
  writeFileSync(join(ROOT, path), text)
}

for (const { path, text } of lessonTexts()) {
  const now = withQuotes(text)
  if (now !== text) write(path, now)
}
for (const [path, picture] of pictures) write(`course/${path}`, picture)
if (process.argv.includes('quotes')) process.exit()

ensureBuilt()
const pages = [...(await limitPages()), ...errorPages(), ...clientPages(), ...(await revisionPages())]
for (const [path, text] of pages) write(path, text)
for (const [path, lang] of Object.entries(DOCS))
  write(path, withTable(readFileSync(join(ROOT, path), 'utf8'), 'checks', await checkTables(lang)))
for (const [path, text] of comparePages()) write(path, text)

const values = figures()
for (const { file, text } of withFigures(values)) write(file, text)
write('docs/badges.svg', badges(values))
console.log(values)

const counts = countTests()
const table = withCounts(readTable(), counts)
write(TABLE, table)
const problems = problemsOf(table, counts)
for (const problem of problems) console.log(problem)
console.log(summaryOf(table, counts))
process.exitCode = problems.length > 0 ? 1 : 0
