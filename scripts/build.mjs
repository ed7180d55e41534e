// src to dist: `npm run build`. With --if-stale only when something in src is newer than the last build.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(tsc)) {
    console.error('build: TypeScript is not installed. Run npm ci first.')
    process.exit(1)
  }
  rmSync(DIST, { recursive: true, force: true })
  const options = { cwd: ROOT, stdio: 'inherit' }
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], options)
  if (status !== 0) process.exit(status ?? 1)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-stale')) ensureBuilt()
  else build()
}
