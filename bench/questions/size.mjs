// How much is it: to install, to download, to load into a page?
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RIVALS = join(ROOT, 'bench/rivals')

/** What each rival's users install for an MCP server over HTTP. */
const INSTALLED = {
  'sdk-v1': ['@modelcontextprotocol/sdk'],
  'sdk-v2': ['@modelcontextprotocol/server', '@modelcontextprotocol/node'],
  'mcp-lite': ['mcp-lite', '@hono/node-server', 'zod'],
  tmcp: ['tmcp', '@tmcp/transport-http', '@tmcp/adapter-zod', '@hono/node-server', 'zod'],
}

export async function size({ rivals }) {
  const pack = packed()
  const own = closure(ROOT, Object.keys(packageOf(ROOT, '').dependencies))
  const others = Object.entries(rivals ? INSTALLED : {}).map(([name, names]) => [name, closure(RIVALS, names)])
  const each = (figureOf) => Object.fromEntries(others.map(([name, paths]) => [name, figureOf(paths)]))
  return [
    { id: 'size-packages', value: own.length, rivals: each((paths) => paths.length) },
    {
      id: 'size-installed',
      value: (pack.unpackedSize + bytesOf(ROOT, own)) / 1e6,
      rivals: each((paths) => bytesOf(RIVALS, paths) / 1e6),
      note: 'Installed: the packages that a package needs; ours itself is not counted among them, but its bytes are.',
    },
    { id: 'size-pack', value: pack.size / 1e3 },
    await sizeOfSse(rivals),
  ]
}

/** What `npm pack` would make; nothing is written. */
function packed() {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return JSON.parse(stdout)[0]
}

const packageOf = (root, path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))

/** The folders of some packages and of all that they need, as the lock file of `root` has them. */
function closure(root, names) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = new Set()
  const visit = (name, from) => {
    for (let folder = from; ; folder = dirname(folder)) {
      const path = `${folder === '.' ? '' : `${folder}/`}node_modules/${name}`
      if (packages[path]) {
        if (found.has(path)) return
        found.add(path)
        for (const needed of Object.keys(packages[path].dependencies ?? {})) visit(needed, path)
        return
      }
      if (folder === '.') return // an optional one that is not here
    }
  }
  for (const name of names) visit(name, '.')
  return [...found]
}

/** Without the packages inside a package's folder: those that it needs are counted by themselves. */
const bytesOf = (root, paths) => paths.reduce((sum, path) => sum + bytesIn(join(root, path)), 0)

const bytesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? bytesIn(path) : statSync(path).size
    })
    .reduce((sum, bytes) => sum + bytes, 0)

async function sizeOfSse(rivals) {
  if (!rivals)
    return { id: 'size-sse', note: 'Size of the parser: it is minified by a package that bench/rivals brings.' }
  const { build } = await import(new URL('../rivals/node_modules/esbuild/lib/main.js', import.meta.url).href)
  const bytes = async (contents) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: ROOT },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
    })
    return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1e3
  }
  const own = "export { createParser } from './dist/sse/parser.js'; export { encodeEvent } from './dist/sse/event.js'"
  const rival = "export { createParser } from './bench/rivals/node_modules/eventsource-parser/dist/index.js'"
  return {
    id: 'size-sse',
    value: await bytes(own),
    rivals: { 'eventsource-parser, which has no encoder': await bytes(rival) },
  }
}
