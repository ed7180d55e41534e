// All tests: types, lint, format, then every test file in one run of node:test.
// It never changes the machine. What a suite needs and is not here is named, and the suite skipped; with CI=true
// that is a failure. `npm test -- parser` runs only the files that have `parser` in their name; `npm run test:unit`
// those of our own code, without browsers, official clients and suites, lessons and captures.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isHere, PARTS, ROOT } from './parts.mjs'

const isUnit = process.argv[2] === '--unit'
const only = isUnit ? '' : (process.argv[2] ?? '')

// What a test file needs beyond `npm ci`; the first match counts.
const NEEDS = [
  { files: /^test\/interop\/(page|inspector-ui)/, parts: ['interop', 'chromium'] },
  { files: /^test\/interop\//, parts: ['interop'] },
  { files: /^test\/conformance/, parts: ['conformance'] },
  { files: /^test\/capture/, parts: ['tshark'] },
  { files: /^test\/proxies/, parts: ['nginx', 'haproxy'] },
]

const NOT_UNIT = /^(capture|conformance|course|proxies|readme|start)\./

const files = (isUnit ? ['test'] : ['test', 'test/interop']).flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /\.test\.m?[jt]s$/.test(name) && name.includes(only) && !(isUnit && NOT_UNIT.test(name)))
    .map((name) => `${folder}/${name}`),
)
const missingFor = (file) => (NEEDS.find((need) => need.files.test(file))?.parts ?? []).filter((part) => !isHere(part))
const runnable = files.filter((file) => missingFor(file).length === 0)
const missing = new Set(files.flatMap(missingFor))

const failed = []
function step(name, ...args) {
  console.log(`\n# ${name}`)
  if (spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0) failed.push(name)
}

step('build', 'scripts/build.mjs')
if (!only && !isUnit) {
  step('types', 'node_modules/typescript/bin/tsc')
  step('lint', 'node_modules/oxlint/bin/oxlint')
  step('format', 'node_modules/oxfmt/bin/oxfmt', '--check')
}
if (runnable.length > 0) step('tests', '--import', 'tsx', '--test', '--test-reporter=spec', ...runnable)

console.log(`\n${runnable.length} of ${files.length} test files run.`)
for (const part of missing) {
  const skipped = files.filter((file) => missingFor(file).includes(part))
  console.log(`Missing: ${PARTS[part].what}. Skipped: ${skipped.join(', ')}. To have it: npm run setup`)
}
if (missing.size > 0 && process.env.CI === 'true') failed.push('a missing part')
if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
