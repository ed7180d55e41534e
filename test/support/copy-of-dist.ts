// A copy of what is built, for a test that takes something out of it.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { serve as Serve } from '../../src/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Its folder, and `serve` as it is there once it is loaded. */
export function copyOfDist(): { folder: string; load(): Promise<{ serve: typeof Serve }> } {
  const cache = join(ROOT, 'node_modules', '.cache') // inside the project, so that the copy finds ajv
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'sse-mcp-copy-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(ROOT, 'dist'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return { folder, load: () => import(pathToFileURL(join(folder, 'index.js')).href) }
}
