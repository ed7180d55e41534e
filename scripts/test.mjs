// All tests: types, lint, format, then every test file in one run of node:test.
// It never changes the machine. What a suite needs and is not here is named, and the suite skipped; with CI=true
// that is a failure. `npm test -- parser` runs only the files that have `parser` in their name; `npm run test:unit`
// those of our own code, without browsers, official clients and suites, lessons and captures.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isHere, PARTS, ROOT } from './parts.mjs'

const isUnit = process.argv[2] === '--unit'
const only = isUnit ? '' : (process.argv[2] ?? '')

// What a test file needs beyond `npm ci`; the first match counts.
const NEEDS = [
  { files: /^test\/interop\/(page|inspector-ui)/, parts: ['interop', 'chromium'] },
  { files: /^test\/interop\/lab/, parts: ['interop', 'chromium', 'firefox'] },
  { files: /^test\/interop\/oauth/, parts: ['interop', 'authorization'] },
  { files: /^test\/interop\//, parts: ['interop'] },
  { files: /^test\/auth-server/, parts: ['authorization'] },
  { files: /^test\/interop-2\/inspector-ui/, parts: ['interop', 'interop2', 'newerNode', 'chromium'] },
  { files: /^test\/interop-2\/inspector/, parts: ['interop2', 'newerNode'] },
  { files: /^test\/interop-2\/same-id/, parts: ['interop', 'interop2'] },
  { files: /^test\/interop-2\//, parts: ['interop2'] },
  { files: /^test\/frameworks/, parts: ['frameworks'] },
  { files: /^test\/conformance/, parts: ['conformance'] },
  { files: /^test\/capture/, parts: ['tshark'] },
  { files: /^test\/proxies/, parts: ['nginx', 'haproxy'] },
]

const NOT_UNIT =
  /^(abuse|auth|auth-server|bench|capture|conformance|conformance-client|course|course-server|cuts|faults|lab-\w+|leaks|proxies|readme|start|walk)\./

const files = (isUnit ? ['test'] : ['test', 'test/interop', 'test/interop-2']).flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /\.test\.m?[jt]s$/.test(name) && name.includes(only) && !(isUnit && NOT_UNIT.test(name)))
    .map((name) => `${folder}/${name}`),
)
const missingFor = (file) => (NEEDS.find((need) => need.files.test(file))?.parts ?? []).filter((part) => !isHere(part))
const runnable = files.filter((file) => missingFor(file).length === 0)
const missing = new Set(files.flatMap(missingFor))

const failed = []
function step(name, args, env = {}) {
  console.log(`\n# ${name}`)
  const options = { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } }
  if (spawnSync(process.execPath, args, options).status !== 0) failed.push(name)
}

/** Runs a step in whose processes, all of them, servers' messages are held against the official schemas. */
function stepWithSchemas(name, args) {
  const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-messages-'))
  const validate = `--import=${pathToFileURL(join(ROOT, 'test/support/validate-messages.mjs')).href}`
  const { NODE_OPTIONS = '' } = process.env
  step(name, args, { NODE_OPTIONS: `${NODE_OPTIONS} ${validate}`.trim(), SSE_MCP_MESSAGES: folder })
  const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  rmSync(folder, { recursive: true })

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

step('build', ['scripts/build.mjs'])
if (!only && !isUnit) {
  step('types', ['node_modules/typescript/bin/tsc'])
  step('lint', ['node_modules/oxlint/bin/oxlint'])
  step('format', ['node_modules/oxfmt/bin/oxfmt', '--check'])
}
// The tests of our own code wait for nothing outside: each core takes its share.
const options = ['--test-reporter=spec', ...(isUnit ? [`--test-concurrency=${availableParallelism()}`] : [])]
if (runnable.length > 0) stepWithSchemas('tests', ['--import', 'tsx', '--test', ...options, ...runnable])

console.log(`\n${runnable.length} of ${files.length} test files run.`)
for (const part of missing) {
  const skipped = files.filter((file) => missingFor(file).includes(part))
  console.log(`Missing: ${PARTS[part].what}. Skipped: ${skipped.join(', ')}. To have it: npm run setup`)
}
if (missing.size > 0 && process.env.CI === 'true') failed.push('a missing part')
if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
