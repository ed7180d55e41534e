// src to dist: `npm run build`. With --if-stale only when something in src is newer than the last build.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { shortenMaps } from './line-maps.mjs'
import { ROOT } from './parts.mjs'

const SRC = join(ROOT, 'src')
const DIST = join(ROOT, 'dist')

/** For the scripts that run what is built: whoever calls them need not think of it. Ends the process where it fails. */
export function ensureBuilt() {
  if (isStale()) build()
}

function isStale() {
  const built = join(DIST, 'main.js')
  if (!existsSync(built)) return true
  const since = statSync(built).mtimeMs
  return readdirSync(SRC, { recursive: true }).some((file) => statSync(join(SRC, file)).mtimeMs > since)
}

function build() {
  rmSync(DIST, { recursive: true, force: true })
  // Comments are for readers: editors show those of the declarations, and debuggers the source that the maps lead to.
  compile('--declaration', '--emitDeclarationOnly')
  removeInnerDeclarations()
  compile('--declaration', 'false', '--sourceMap', '--removeComments')
  shortenMaps(DIST)
  writeSnapshot()
}

function compile(...flags) {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(tsc)) {
    console.error('build: TypeScript is not installed. Run npm ci first.')
    process.exit(1)
  }
  const args = [tsc, '-p', 'tsconfig.build.json', ...flags]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** Removes the declarations that no public face leads to: nobody can import what they declare. */
function removeInnerDeclarations() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const found = new Set()
  const follow = (file) => {
    if (found.has(file)) return
    found.add(file)
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g))
      follow(join(file, '..', specifier.replace(/\.ts$/, '.d.ts')))
  }
  for (const path of Object.values(exports).filter((each) => each.endsWith('.js')))
    follow(join(ROOT, path.replace(/\.js$/, '.d.ts')))
  for (const name of readdirSync(DIST, { recursive: true })) {
    const file = join(DIST, name)
    if (name.endsWith('.d.ts') && !found.has(file)) rmSync(file)
  }
}

/** Writes the snapshot of Hacker News as the package has it: the first fifty of each list. */
function writeSnapshot() {
  const { items, lists, ...rest } = JSON.parse(readFileSync(join(ROOT, 'data', 'hackernews.json'), 'utf8'))
  const first = Object.entries(lists).map(([name, ids]) => [name, ids.slice(0, 50)])
  const listed = new Set(first.flatMap(([, ids]) => ids))
  const short = { ...rest, lists: Object.fromEntries(first), items: items.filter(({ id }) => listed.has(id)) }
  writeFileSync(join(DIST, 'hackernews.json'), JSON.stringify(short))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-stale')) ensureBuilt()
  else build()
}
