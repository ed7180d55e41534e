// node test/robustness/abuse/run.mjs URL [--group NAME] [--quick] [--pid PID] [--start PROGRAM] [--json FILE]
// Attacks a running server and tells what it did not stand. --pid lets it look at memory and descriptors (Linux);
// --start, a Node program that serves and prints its URL (dist/main.js), at limits and the end of a process.
// --quick leaves out what waits for limits and what wants the machine for itself.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadGroups, runGroups } from './groups.mjs'
import { starter } from './start.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: 'string' },
    quick: { type: 'boolean', default: false },
    pid: { type: 'string' },
    start: { type: 'string' },
    json: { type: 'string' },
  },
})
if (positionals.length !== 1) {
  console.error(
    'Usage: node test/robustness/abuse/run.mjs URL [--group NAME] [--quick] [--pid PID] [--start PROGRAM] [--json FILE]',
  )
  process.exit(2)
}
const { origin, hostname, port } = new URL(positionals[0])
const server = {
  url: origin,
  host: hostname,
  port: Number(port || 80),
  ...(values.pid && { pid: Number(values.pid) }),
  ...(values.start && { start: starter(values.start) }),
}

const began = performance.now()
const outcomes = await runGroups(
  (await loadGroups(values.group)).filter(({ isSlow, inOrder }) => !(values.quick && (isSlow || inOrder))),
  server,
  ({ name, results, skipped }) => {
    if (skipped) return console.log(`- ${name}: not run, needs --${skipped}`)
    const failed = results.filter(({ failure }) => failure)
    console.log(
      `${failed.length === 0 ? 'ok' : 'FAILED'} ${name}: ${results.length - failed.length} of ${results.length}`,
    )
    for (const { name: title, failure } of failed) console.log(`    ${title}\n        ${failure}`)
  },
)
const all = outcomes.flatMap(({ results }) => results)
const failed = all.filter(({ failure }) => failure)
const seconds = ((performance.now() - began) / 1000).toFixed(1)
console.log(`${all.length - failed.length} of ${all.length} passed in ${seconds} s.`)
if (values.json) writeFileSync(values.json, `${JSON.stringify(outcomes, null, 2)}\n`)
process.exit(failed.length > 0 ? 1 : 0)
