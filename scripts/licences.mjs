// node scripts/licences.mjs: every package of every lock file, and whether its licence is one that we take. What is not
// needed at run time may have others, which are named here one by one.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './parts.mjs'

/** Licences that ask for no more than that their text goes along. */
const TAKEN = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
])

/** Those of packages that run here alone, and of which nothing is shipped. */
const TAKEN_FOR_TESTS = new Set(['CC-BY-4.0', 'MPL-2.0'])

/** Of these the lock file does not tell; somebody has looked. */
const LOOKED_AT = new Map([
  ['@modelcontextprotocol/inspector', 'MIT, and Apache-2.0 for what is new'],
  ['@tmcp/adapter-zod', 'MIT, in its file LICENSE'],
  ['human-readable-ids', 'Apache-2.0, spelled otherwise'],
  ['mcp-lite', 'none: measured against, by whoever runs the bench, and not handed on'],
  ['oldest', 'MIT: Node'],
  ['pipenet', 'MIT, in its file LICENSE'],
  ['uri-templates', 'public domain or MIT, at the address that it names'],
])

/** The lock files of the repository, below a folder. */
export function lockFiles(folder = ROOT) {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => {
    if (entry.isDirectory())
      return ['node_modules', '.git', 'dist'].includes(entry.name) ? [] : lockFiles(join(folder, entry.name))
    return entry.name === 'package-lock.json' ? join(folder, entry.name) : []
  })
}

/** Whether a licence, an SPDX expression, is among those that are taken: one of an OR, all of an AND. */
export function isTaken(licence, taken) {
  const plain = licence.replaceAll(/[()]/g, '').trim()
  if (/ OR /i.test(plain)) return plain.split(/ OR /i).some((one) => isTaken(one, taken))
  return plain.split(/ AND /i).every((one) => taken.has(one.trim()))
}

/** A line for each package whose licence is not taken, or of which the lock file tells none. */
export function problemsOf(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  const isOurs = file === join(ROOT, 'package-lock.json')
  return Object.entries(packages).flatMap(([path, { license, version, link, dev, devOptional }]) => {
    const name = path.replace(/^.*node_modules\//, '')
    const taken = isOurs && !dev && !devOptional ? TAKEN : new Set([...TAKEN, ...TAKEN_FOR_TESTS])
    if (path === '' || link || (license && isTaken(license, taken)) || (!isOurs && LOOKED_AT.has(name))) return []
    return `${relative(ROOT, file)}: ${name} ${version}: ${license ?? 'no licence'}`
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = lockFiles()
  const problems = files.flatMap(problemsOf)
  for (const problem of problems) console.log(problem)
  console.log(`${files.length} lock files, ${problems.length} problems.`)
  process.exitCode = problems.length > 0 ? 1 : 0
}
