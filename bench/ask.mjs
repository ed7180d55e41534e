// Asks questions on the Node that runs this; bench/run.mjs starts it, and is told the rows. Its one argument is JSON:
// the names of the questions, and what the questions want to know.
import { describeRow } from './lib/results.mjs'
import { QUESTIONS } from './questions/index.mjs'

process.once('disconnect', () => process.exit(1)) // nobody waits for the rows any more; the servers end with us

const { names, ...settings } = JSON.parse(process.argv[2])
const node = process.versions.node
const began = performance.now()
const secondsSince = (start) => Math.round((performance.now() - start) / 1000)
const rows = []
for (const name of names) {
  const start = performance.now()
  console.log(`\n${name} (Node ${node})`)
  const answers = await QUESTIONS[name](settings).catch(({ message }) => [{ id: name, void: message }])
  for (const row of answers) console.log(`  ${describeRow(row)}`)
  console.log(`  ${secondsSince(start)} s`)
  rows.push(...answers)
}
const seconds = secondsSince(began)
console.log(`\nNode ${node}: ${seconds} s`)
process.send({ node, seconds, rows }, () => process.exit())
