// A project outside the repository that uses the package, as its users have one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** An empty folder outside the repository, gone after the tests, or after the one test that asks for it. */
export function emptyFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sse-mcp-${name}-`))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of a project in a folder of its own, with links to folders as its packages. */
export function projectFrom(source: string, packages: Readonly<Record<string, string>>): string {
  const folder = emptyFolder('project')
  cpSync(source, folder, { recursive: true })
  for (const [name, target] of Object.entries(packages)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link, 'junction')
  }
  return folder
}

/** Runs a program of Node's to its end. Throws Error with all that it wrote unless it ends with 0. */
export async function runNode(args: readonly string[], cwd: string, node = process.execPath): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // or a test runner that is started here believes to be a part
  const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${text}`)
  return text
}
