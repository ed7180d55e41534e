// The measurements: ours, the floor and the rivals, side by side in one run, on the Node that is here and then on the
// newest LTS (test/node).
//   npm run bench                         all questions, about 25 minutes; writes bench/RESULTS.md
//   npm run bench -- --node newest        on one Node: here, newest
//   npm run bench -- --quick              on the Node that is here, in three minutes: a look, not a result; writes nothing
//   npm run bench -- --only calls,idle    some of the questions
//   npm run bench -- --write              writes bench/RESULTS.md, however the run was
//   npm run bench -- --ways sse,json      of the calls, only those: sse, json, post-sse, 2026-json, 2026-sse
//   npm run bench -- --no-rivals          ours and the floor only
// A wrong or missing reply voids its row and makes the exit code 1; a bar that is missed does not.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { newestNode, PARTS } from '../scripts/parts.mjs'
import { FIELDS } from './contestants.mjs'
import { describeMachine } from './lib/machine.mjs'
import { resultsPage, versions } from './lib/results.mjs'
import { OF_NO_NODE, QUESTIONS } from './questions/index.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'no-rivals': { type: 'boolean', default: false },
    node: { type: 'string' },
    ways: { type: 'string' },
    only: { type: 'string', default: Object.keys(QUESTIONS).join() },
  },
})
const names = chosen('question', values.only, Object.keys(QUESTIONS))
const ways = chosen('way', values.ways ?? Object.keys(FIELDS).join(), Object.keys(FIELDS))
const nodes = nodesFor(chosen('Node', values.node ?? (values.quick ? 'here' : 'here,newest'), ['here', 'newest']))
ensureBuilt()
const rivals = !values['no-rivals']
if (rivals && !existsSync(new URL('rivals/node_modules', import.meta.url))) installRivals()

const machine = [...describeMachine(), versions()]
for (const line of machine) console.log(line)

const runs = []
for (const [index, node] of nodes.entries()) {
  const asked = index === 0 ? names : names.filter((name) => !OF_NO_NODE.includes(name))
  if (asked.length > 0) runs.push(await askOn(node, asked))
}

const isWhole =
  names.length === Object.keys(QUESTIONS).length && rivals && !values.quick && !values.ways && !values.node
if (isWhole || values.write) {
  writeFileSync(new URL('RESULTS.md', import.meta.url), resultsPage(runs, { machine, quick: values.quick }))
  console.log('\nwritten: bench/RESULTS.md')
}
const wrong = runs.flatMap(({ rows }) => rows).filter((row) => row.void)
for (const row of wrong) console.error(`void: ${row.id}: ${row.void}`)
process.exit(wrong.length > 0 ? 1 : 0)

function stopWith(message) {
  console.error(message)
  process.exit(2)
}

function chosen(what, list, all) {
  const names = list.split(',')
  const unknown = names.filter((name) => !all.includes(name))
  if (unknown.length > 0) stopWith(`No such ${what}: ${unknown.join(', ')}. There are ${all.join(', ')}.`)
  return names
}

/** Where the Node that is here is the newest, they are one. */
function nodesFor(names) {
  const paths = names.map((name) => (name === 'here' ? process.execPath : newestNode()))
  if (paths.includes(undefined)) stopWith(`${PARTS.nodes.what}: npm run setup. Or without it: --node here`)
  return [...new Set(paths)]
}

/** A process of that Node asks the questions: what it starts is of the same Node. */
async function askOn(node, names) {
  const settings = { names, quick: values.quick, rivals, ways }
  const child = spawn(node, [fileURLToPath(new URL('ask.mjs', import.meta.url)), JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced', // JSON has no NaN
  })
  let run
  child.once('message', (message) => (run = message))
  const [code] = await once(child, 'exit')
  return run ?? stopWith(`${node} ended with ${code}, without an answer`)
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
