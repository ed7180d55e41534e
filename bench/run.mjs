// The measurements: ours, the floor and the rivals, side by side in one run.
//   npm run bench                         all questions, about a quarter of an hour; writes bench/RESULTS.md
//   npm run bench -- --quick              the same in less than two minutes: a look, not a result; writes nothing
//   npm run bench -- --only calls,idle    some of them
//   npm run bench -- --write              writes bench/RESULTS.md, however the run was
//   npm run bench -- --ways sse,json      of the calls, only those: sse, json, post-sse, 2026-json, 2026-sse
//   npm run bench -- --no-rivals          ours and the floor only
// A wrong or missing reply voids its row and makes the exit code 1; a bar that is missed does not.
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { describeMachine } from './lib/machine.mjs'
import { describeRow, resultsPage, versions } from './lib/results.mjs'
import { QUESTIONS } from './questions/index.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'no-rivals': { type: 'boolean', default: false },
    ways: { type: 'string' },
    only: { type: 'string', default: Object.keys(QUESTIONS).join() },
  },
})
const names = values.only.split(',')
const unknown = names.filter((name) => !QUESTIONS[name])
if (unknown.length > 0) {
  console.error(`No such question: ${unknown.join(', ')}. There are ${Object.keys(QUESTIONS).join(', ')}.`)
  process.exit(2)
}
ensureBuilt()
const rivals = !values['no-rivals']
if (rivals && !existsSync(new URL('rivals/node_modules', import.meta.url))) installRivals()

const settings = { quick: values.quick, rivals, ...(values.ways && { calls: { ways: values.ways.split(',') } }) }
const began = performance.now()
const machine = [...describeMachine(), versions()]
for (const line of machine) console.log(line)

const rows = []
const secondsSince = (start) => Math.round((performance.now() - start) / 1000)
for (const name of names) {
  const start = performance.now()
  console.log(`\n${name}`)
  const answers = await QUESTIONS[name](settings).catch(({ message }) => failed(name, message))
  for (const row of answers) console.log(`  ${describeRow(row)}`)
  console.log(`  ${secondsSince(start)} s`)
  rows.push(...answers)
}
const seconds = secondsSince(began)
console.log(`\n${seconds} s`)

const isWhole = names.length === Object.keys(QUESTIONS).length && rivals && !values.quick && !values.ways
if (isWhole || values.write) {
  const page = resultsPage(rows, { machine, seconds, quick: values.quick })
  writeFileSync(new URL('RESULTS.md', import.meta.url), page)
  console.log('written: bench/RESULTS.md')
}
const wrong = rows.filter((row) => row.void)
for (const row of wrong) console.error(`void: ${row.id}: ${row.void}`)
process.exit(wrong.length > 0 ? 1 : 0)

function failed(name, message) {
  return [{ id: name, void: message }]
}

function installRivals() {
  const folder = fileURLToPath(new URL('rivals', import.meta.url))
  console.log(`The rivals are not here (bench/rivals/node_modules): npm ci --prefix ${folder}`)
  const { status } = spawnSync('npm', ['ci', '--prefix', folder], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(2)
}
