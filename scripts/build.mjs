// src to dist. With --if-stale only when something in src is newer than the last build.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './parts.mjs'

const SRC = join(ROOT, 'src')
const DIST = join(ROOT, 'dist')

const isStale = () => {
  const built = join(DIST, 'main.js')
  if (!existsSync(built)) return true
  const since = statSync(built).mtimeMs
  return readdirSync(SRC, { recursive: true }).some((file) => statSync(join(SRC, file)).mtimeMs > since)
}

if (!process.argv.includes('--if-stale') || isStale()) {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(tsc)) {
    console.error('build: TypeScript is not installed. Run npm ci first.')
    process.exit(1)
  }
  rmSync(DIST, { recursive: true, force: true })
  process.exitCode = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  }).status
}
