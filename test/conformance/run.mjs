// Runs the official conformance suite against the fixture beside it and prints what it says.
// `--fetch` serves the fixture by the fetch face. `--client` runs the suite against the laboratory's client instead. `--json FILE` writes the counts too. Fails when anything fails or warns, except extensions we do not offer.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { newerNode, ROOT } from '../../scripts/parts.mjs'

// The sets that count for the two newest revisions are frozen; older revisions have only what still applies to them.
const SETS = {
  '2025-11-25': ['--requirements', '2025-11-25'],
  '2026-07-28': ['--requirements', '2026-07-28'],
  '2025-06-18': ['--spec-version', '2025-06-18', '--suite', 'all'],
  '2025-03-26': ['--spec-version', '2025-03-26', '--suite', 'all'],
}

/** What the suite asks of a client, as far as it is not about authorization or extensions. */
const CLIENT_SCENARIOS = [
  'initialize',
  'tools_call',
  'sse-retry',
  'request-metadata',
  'http-standard-headers',
  'http-custom-headers',
  'http-invalid-tool-headers',
  'sep-2322-client-request-state',
  'elicitation-sep1034-client-defaults',
  'json-schema-ref-no-deref',
]

/** Scenarios of extensions: io.modelcontextprotocol/tasks, and those that this server does not offer. */
const TASKS = /^tasks-/
const NOT_OFFERED = /^sep-2640-/

const MODULES = join(ROOT, 'test/conformance/node_modules')
const SUITE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js')

/** A whole set takes some seconds; after this long it hangs. */
const SUITE_MS = 300_000

/** All that is ended with this script, however it ends. */
const started = []
const end = () => started.forEach((one) => one.kill())
process.once('exit', end)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

/** The fixture, on a free port, by one of the two faces. */
async function startServer(face) {
  const server = spawn(process.execPath, ['--import', 'tsx', 'test/conformance/server.ts'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', FACE: face },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(server)
  for await (const url of createInterface(server.stdout)) return url
  throw new Error('The fixture ended before it had told its URL.')
}

/** The suite starts the client by the name `node`: the one that runs this. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` }

/** Runs the suite once, and returns what it printed. */
async function runSuite(node, folder, args) {
  const suite = spawn(node, [SUITE, ...args, '-o', folder], { cwd: ROOT, timeout: SUITE_MS, env })
  started.push(suite)
  let output = ''
  for (const stream of [suite.stdout, suite.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [code, signal] = await once(suite, 'close')
  if (signal) throw new Error(`The suite was ended after ${SUITE_MS / 1000} s. It said:\n${output}`)
  if (!existsSync(folder)) throw new Error(`The suite left no results. It said:\n${output}`)
  return { output, code }
}

/** The checks of each scenario, and to which part of the set it belongs. */
function readScenarios(folder, output) {
  // After the results the suite lists what it ran beyond the set: "  ✓ json-schema-2020-12 (pending)".
  const extra = output.slice(output.lastIndexOf('Not scored for')).matchAll(/^ {2}[✓✗] (\S+) \(/gm)
  const unscored = new Set([...extra].map(([, name]) => name))
  return readdirSync(folder).map((name) => {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(name)[1]
    const checks = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'))
    return { scenario, part: unscored.has(scenario) ? partOf(scenario) : 'scored', checks }
  })
}

const partOf = (scenario) => (TASKS.test(scenario) ? 'tasks' : NOT_OFFERED.test(scenario) ? 'notOffered' : 'unscored')

const isBad = ({ status }) => status === 'FAILURE' || status === 'WARNING'
const count = (checks, status) => checks.filter((check) => check.status === status).length

/** The suite has scenarios that it does not run yet: it says so itself. */
const isSkipped = ({ checks }) => checks.length > 0 && count(checks, 'SKIPPED') === checks.length

/** A scenario that checked nothing has not passed. */
const hasPassed = ({ checks }) => !checks.some(isBad) && count(checks, 'SUCCESS') > 0

function sumUp(scenarios) {
  const checks = scenarios.flatMap((one) => one.checks)
  return {
    passed: scenarios.filter(hasPassed).length,
    scenarios: scenarios.length,
    checks: count(checks, 'SUCCESS'),
    failures: count(checks, 'FAILURE'),
    warnings: count(checks, 'WARNING'),
    ...(scenarios.some(isSkipped) && { skipped: scenarios.filter(isSkipped).length }),
  }
}

/** What went wrong in a scenario, a line each. */
function complaints({ scenario, checks }) {
  const bad = checks.filter(isBad)
  if (bad.length === 0) return [`${scenario}: nothing was checked`]
  return bad.map(({ id, status, errorMessage = '' }) => `${scenario}: ${status} ${id} ${errorMessage.slice(0, 200)}`)
}

const TITLES = {
  scored: '',
  unscored: ', not scored',
  tasks: ', extension Tasks',
  notOffered: ', extensions not offered',
}
const row = (...cells) =>
  console.log(cells.map((cell, i) => String(cell)[i ? 'padStart' : 'padEnd'](i ? 10 : 36)).join(''))

/** Each scenario is a server of its own, and starts the client. */
async function runClient(node, results) {
  const counts = {}
  row('client scenario', 'passed', 'checks', 'failures', 'warnings')
  for (const scenario of CLIENT_SCENARIOS) {
    const folder = join(results, scenario)
    const command = 'node test/conformance/client.mjs'
    const { output, code } = await runSuite(node, folder, ['client', '--command', command, '--scenario', scenario])
    const [name] = readdirSync(folder)
    const checks = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'))
    const { failures, warnings, ...sum } = sumUp([{ checks }])
    // What the client did may be right, and yet it may have failed in the end: then the suite does.
    const passed = code === 0 ? sum.passed : 0
    counts[scenario] = { passed, checks: sum.checks, failures, warnings }
    row(scenario, passed, sum.checks, failures, warnings)
    if (!passed) console.log(output)
  }
  return counts
}

async function main() {
  const flags = { json: { type: 'string' }, client: { type: 'boolean' }, fetch: { type: 'boolean' } }
  const { values } = parseArgs({ options: flags })
  if (!existsSync(SUITE)) throw new Error('The suite is not here. To have it: npm ci --prefix test/conformance')
  const node = newerNode() // the suite needs a newer one than the server does
  if (!node)
    throw new Error(
      `The suite needs Node 22.19 or newer to run, and this is ${process.version}. (For Linux on x64, npm ci --prefix test/node brings one.)`,
    )

  const results = mkdtempSync(join(tmpdir(), 'sse-mcp-conformance-'))
  process.once('exit', () => rmSync(results, { recursive: true, force: true }))
  const save = (counts) => values.json && writeFileSync(values.json, `${JSON.stringify(counts, undefined, 2)}\n`)
  if (values.client) {
    const counts = await runClient(node, results)
    save(counts)
    process.exitCode = Object.values(counts).every(({ passed }) => passed) ? 0 : 1
    return
  }
  const url = await startServer(values.fetch ? 'fetch' : 'node')
  const counts = {}
  const bad = []
  const notOffered = []
  const skipped = []
  row('set', 'scenarios', 'checks', 'failures', 'warnings')
  for (const [set, flags] of Object.entries(SETS)) {
    const folder = join(results, set)
    const { output } = await runSuite(node, folder, ['server', '--url', url, ...flags])
    const all = readScenarios(folder, output)
    counts[set] = {}
    for (const part of Object.keys(TITLES)) {
      const scenarios = all.filter((one) => one.part === part)
      if (scenarios.length === 0) continue
      const sum = (counts[set][part] = sumUp(scenarios))
      row(set + TITLES[part], `${sum.passed}/${sum.scenarios}`, sum.checks, sum.failures, sum.warnings)
      const failed = scenarios.filter((one) => !hasPassed(one) && !isSkipped(one))
      skipped.push(...scenarios.filter(isSkipped).map((one) => `  ${one.scenario}`))
      if (part === 'notOffered') notOffered.push(...failed.map((one) => `  ${one.scenario}`))
      else bad.push(...failed.flatMap(complaints).map((line) => `  ${set} ${line}`))
    }
  }

  if (skipped.length > 0)
    console.log(`\nSkipped by the suite itself, which cannot check it yet:\n${skipped.join('\n')}`)
  if (notOffered.length > 0) console.log(`\nNot offered, so not counted:\n${notOffered.join('\n')}`)
  if (bad.length > 0) console.log(`\nFAILED or warned:\n${bad.join('\n')}`)
  save(counts)
  process.exitCode = bad.length > 0 ? 1 : 0
}

await main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
end()
