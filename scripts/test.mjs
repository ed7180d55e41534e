// All tests: types, lint, format, then our own code and its wire on the newest LTS of Node and on the oldest Node that is
// supported, then what needs parts or runs once, on the newest. At the end a table says how long each took, and on which.
// It never changes the machine. A test file says itself what it needs (testFiles in parts.mjs). What is not here is named,
// and the file skipped; with CI=true that is a failure.
//   npm test -- parser    the files that have `parser` in their path
//   npm run test:unit     those of UNIT, on the Node that is here
//   npm test -- --list    which files there are, and what they need
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasPinnedNodes, isHere, newestNode, oldestNode, PARTS, ROOT, testFiles } from './parts.mjs'

const isUnit = process.argv.includes('--unit')
const only = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? ''

/** A file that takes this long hangs. No test judges time: a hang is all that time can tell. */
const HANGS_MS = 15 * 60_000

/** The tests of our own code and its wire that need nothing but `npm ci`. */
const UNIT = /^test\/(unit|transports|transcripts)\//

const files = testFiles().filter(({ path }) => path.includes(only) && (!isUnit || UNIT.test(path)))
const missingFor = ({ needs }) => needs.filter((part) => !isHere(part))
const runnable = files.filter((file) => missingFor(file).length === 0)
const missing = new Set(files.flatMap(missingFor))
if (!isUnit && !isHere('nodes')) missing.add('nodes')

/** Our own code and its wire: what needs nothing but `npm ci`, but for what says that once is enough. */
const own = files.filter(({ needs, runsOnce }) => needs.length === 0 && !runsOnce)

if (process.argv.includes('--list')) {
  for (const { path, needs } of files) console.log([path, ...needs].join(' '))
  process.exit()
}

const failed = []
const times = []
const versions = new Map()
const versionOf = (node) => {
  if (!versions.has(node)) versions.set(node, execFileSync(node, ['--version'], { encoding: 'utf8' }).trim())
  return versions.get(node)
}

/** How a step's process is started. The Node that runs it is also what `node` means in it. */
const optionsFor = (node, env) => ({
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, ...env },
})
const titleOf = (name, node) => `${name} (Node ${versionOf(node)})`

function step(name, node, args) {
  const began = performance.now()
  console.log(`\n# ${titleOf(name, node)}`)
  if (spawnSync(node, args, optionsFor(node)).status !== 0) failed.push(titleOf(name, node))
  times.push({ suite: name, node, ms: performance.now() - began })
}

/**
 * Runs test files, `concurrency` at a time. In all their processes servers' messages are held against the official
 * schemas. With `apart` what it says is said when it is over: another run speaks meanwhile.
 */
async function test(name, node, tests, concurrency, apart = false) {
  if (tests.length === 0) return
  const paths = tests.map(({ path }) => path)
  const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-tests-'))
  const messages = mkdtempSync(join(folder, 'messages-'))
  const taken = join(folder, 'times')
  const validate = `--import=${pathToFileURL(join(ROOT, 'test/support/validate-messages.mjs')).href}`
  const { NODE_OPTIONS = '' } = process.env
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${pathToFileURL(join(ROOT, 'scripts/times.mjs')).href}`,
    `--test-reporter-destination=${taken}`,
  ]
  const settings = [`--test-timeout=${HANGS_MS}`, `--test-concurrency=${concurrency}`]
  const { env, ...options } = optionsFor(node, {
    NODE_OPTIONS: `${NODE_OPTIONS} ${validate}`.trim(),
    SSE_MCP_MESSAGES: messages,
  })
  const said = join(folder, 'said')
  const out = apart ? openSync(said, 'w') : 'inherit'
  if (!apart) console.log(`\n# ${titleOf(name, node)}`)
  const child = spawn(node, ['--import', 'tsx', '--test', ...reporters, ...settings, ...paths], {
    ...options,
    env,
    stdio: ['ignore', out, out],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) failed.push(titleOf(name, node))
  if (apart) console.log(`\n# ${titleOf(name, node)}\n${readFileSync(said, 'utf8')}`)
  for (const line of existsSync(taken) ? readFileSync(taken, 'utf8').trim().split('\n') : []) {
    const [ms, suite] = line.split(' ')
    times.push({ suite, node, ms: Number(ms) })
  }
  judgeMessages(readdirSync(messages).map((file) => JSON.parse(readFileSync(join(messages, file), 'utf8'))))
  rmSync(folder, { recursive: true })
}

function judgeMessages(reports) {
  const problems = reports.flatMap((report) => report.problems)
  const counts = reports.flatMap((report) => Object.entries(report.counts))
  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0)
  const messages = sum(counts.map(([, count]) => count))
  const onPurpose = sum(reports.map((report) => report.onPurpose))
  const revisions = new Set(counts.map(([revision]) => revision)).size
  const fit = messages - problems.length - onPurpose
  const excused = onPurpose > 0 ? ` (${onPurpose} more break them on purpose)` : ''
  if (messages > 0) console.log(`\n${fit} messages of ${revisions} revisions fit their official schemas${excused}.`)
  if (problems.length > 0) failed.push('a message against its schema')
  for (const problem of problems) console.log(problem)
}

function printTimes() {
  const width = Math.max(...times.map(({ suite }) => suite.length))
  console.log(`\n${'suite'.padEnd(width)}  node       seconds`)
  for (const { suite, node, ms } of times.toSorted((a, b) => b.ms - a.ms))
    console.log(`${suite.padEnd(width)}  ${versionOf(node).padEnd(9)}  ${(ms / 1000).toFixed(1).padStart(7)}`)
  const seconds = Math.round(performance.now() / 1000)
  console.log(`The whole: ${Math.floor(seconds / 60)} min ${seconds % 60} s.`)
}

const newest = (!isUnit && newestNode()) || process.execPath
const oldest = isUnit ? undefined : oldestNode()
step('build', newest, ['scripts/build.mjs'])
if (!only && !isUnit) {
  step('types', newest, ['node_modules/typescript/bin/tsc'])
  step('lint', newest, ['node_modules/oxlint/bin/oxlint'])
  step('format', newest, ['node_modules/oxfmt/bin/oxfmt', '--check'])
}
// The tests of our own code wait for nothing outside: each core takes its share.
const cores = availableParallelism()
for (const [node, tests] of [[newest, own], ...(oldest ? [[oldest, own]] : [])])
  await test('tests of our own code, and its wire', node, tests, cores)
// Of the others one file with a browser runs at a time, and beside it one without, where there are two cores.
const others = runnable.filter((file) => !own.includes(file))
const hasBrowser = ({ needs }) => needs.includes('chromium') || needs.includes('firefox')
const withoutBrowser = others.filter((file) => !hasBrowser(file))
const inBrowsers = () => test('tests in browsers', newest, others.filter(hasBrowser), 1, cores > 1)
const withParts = () => test('tests with parts, and those that run once', newest, withoutBrowser, 1)
if (cores > 1) await Promise.all([inBrowsers(), withParts()])
else for (const run of [withParts, inBrowsers]) await run()
printTimes()

console.log(`\n${runnable.length} of ${files.length} test files ran on Node ${versionOf(newest)}.`)
if (oldest) console.log(`${own.length} of them, our own code and its wire, ran on Node ${versionOf(oldest)} too.`)
else if (!isUnit && !hasPinnedNodes)
  console.log(
    `test/node has no Node for ${process.platform} on ${process.arch}: all ran on the Node that is here, alone.`,
  )
for (const part of missing) {
  const skipped = files.filter((file) => missingFor(file).includes(part))
  const what =
    part === 'nodes'
      ? `All ran on Node ${versionOf(newest)} alone`
      : `Skipped: ${skipped.map(({ path }) => path).join(', ')}`
  console.log(`Missing: ${PARTS[part].what}. ${what}. To have it: npm run setup`)
}
if (missing.size > 0 && process.env.CI === 'true') failed.push('a missing part')
if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
