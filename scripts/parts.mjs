// The test files, what they need beside the root's npm packages, and whether it is here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The major version of the newest LTS of Node, which test/node brings. */
export const NEWEST = 26

const onPath = (...names) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.flatMap((name) => [join(folder, name), join(folder, `${name}.exe`)]))
    .find((file) => existsSync(file))

const firstFile = (...files) => files.find((file) => existsSync(file))

/** The browser that drives the page tests; CHROMIUM names another one. */
export const chromium = () =>
  process.env.CHROMIUM ??
  onPath('chromium', 'chromium-browser', 'google-chrome') ??
  firstFile(
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  )

/** The other browser that drives the laboratory; FIREFOX names another one. */
export const firefox = () =>
  process.env.FIREFOX ??
  onPath('firefox-esr', 'firefox') ??
  firstFile('/Applications/Firefox.app/Contents/MacOS/firefox', 'C:\\Program Files\\Mozilla Firefox\\firefox.exe')

export const tshark = () =>
  onPath('tshark') ??
  firstFile('C:\\Program Files\\Wireshark\\tshark.exe', '/Applications/Wireshark.app/Contents/MacOS/tshark')

const [major, minor] = process.versions.node.split('.').map(Number)

/** Whether the Node that runs this is the newest LTS, or newer. */
export const isNewest = major >= NEWEST

/** npm brings a Node as a package for some platforms; test/node holds those of one. */
export const hasPinnedNodes = process.platform === 'linux' && process.arch === 'x64'
const pinnedNode = (name) => hasPinnedNodes && firstFile(join(ROOT, 'test/node/node_modules', name, 'bin/node'))

/** The newest LTS, or the Node that runs this where that is as new, or where there is no package for the platform. */
export const newestNode = () => (isNewest || !hasPinnedNodes ? process.execPath : pinnedNode('newest') || undefined)

/** The oldest Node that `engines` allows; undefined where there is no package for the platform. */
export const oldestNode = () => pinnedNode('oldest') || undefined

/** A Node of every major version that is supported, oldest first, as far as they are here: the one that runs this at least. */
export const supportedNodes = () => {
  const between = ['node-22', 'node-24'].map(
    (name) => hasPinnedNodes && firstFile(join(ROOT, 'test/package/node_modules', name, 'bin/node')),
  )
  return [...new Set([oldestNode(), ...between, newestNode() ?? process.execPath].filter(Boolean))]
}

/** The official Inspector 2 and the conformance suite need Node 22.19. */
export const isNewEnough = major > 22 || (major === 22 && minor >= 19)
export const newerNode = () => (isNewEnough ? process.execPath : pinnedNode('newest') || undefined)

// Debian keeps daemons where only root looks for programs.
export const nginx = () => onPath('nginx') ?? firstFile('/usr/sbin/nginx', '/usr/local/sbin/nginx')
export const haproxy = () => onPath('haproxy') ?? firstFile('/usr/sbin/haproxy', '/usr/local/sbin/haproxy')

/** The engine of several processes; REDIS_SERVER names another one: valkey-server, say. */
export const redis = () =>
  process.env.REDIS_SERVER ??
  onPath('redis-server', 'valkey-server') ??
  firstFile('/usr/bin/redis-server', '/usr/local/bin/redis-server')

export const openssl = () => onPath('openssl')

// Binaries of other runtimes, as npm packages of one platform each: those of Linux on x64 are tried.
const runtime = (...files) =>
  hasPinnedNodes && firstFile(...files.map((file) => join(ROOT, 'test/interop/runtimes/node_modules', file)))
export const deno = () => runtime('@deno/linux-x64-glibc/deno')
// npm's install script moves that of Bun into its own package, if npm may run it.
export const bun = () =>
  runtime('@oven/bun-linux-x64/bin/bun', '@oven/bun-linux-x64-baseline/bin/bun', 'bun/bin/bun.exe')
export const workerd = () => runtime('@cloudflare/workerd-linux-64/bin/workerd')

/** `debian` is the package that brings it; `folder` a folder whose own lock file does. */
export const PARTS = {
  'sdk-v1': { what: 'the official SDK and Inspector (test/interop/sdk-v1)', folder: 'test/interop/sdk-v1' },
  'sdk-v2': { what: 'the official SDK 2 and Inspector 2 (test/interop/sdk-v2)', folder: 'test/interop/sdk-v2' },
  conformance: { what: 'the official conformance suite (test/conformance)', folder: 'test/conformance' },
  frameworks: { what: 'Express, Koa, Fastify and Hono (test/interop/frameworks)', folder: 'test/interop/frameworks' },
  apps: { what: 'the official packages of the extensions (test/interop/apps)', folder: 'test/interop/apps' },
  schemas: { what: 'zod, ArkType and valibot (test/interop/schemas)', folder: 'test/interop/schemas' },
  package: { what: 'what judges the package, an older TypeScript, two Nodes (test/package)', folder: 'test/package' },
  runtimes: { what: 'Deno, Bun and workerd (test/interop/runtimes)', folder: 'test/interop/runtimes' },
  otel: { what: 'the OpenTelemetry SDK (examples/otel)', folder: 'examples/otel' },
  fastmcp: { what: 'FastMCP, to be checked (test/interop/fastmcp)', folder: 'test/interop/fastmcp' },
  site: { what: 'the generator of the site (site)', folder: 'site' },
  rivals: { what: 'what we are measured against (bench/rivals)', folder: 'bench/rivals' },
  chromium: { what: 'Chromium, for the pages', debian: 'chromium', find: chromium },
  firefox: { what: 'Firefox, for the laboratory', debian: 'firefox-esr', find: firefox },
  authorization: {
    what: 'a real authorization server (test/interop/authorization)',
    folder: 'test/interop/authorization',
  },
  nodes: {
    what: 'the newest LTS of Node and the oldest Node that is supported (test/node)',
    folder: 'test/node',
    find: () => newestNode() && (oldestNode() ?? !hasPinnedNodes),
  },
  'newer-node': { what: 'Node 22.19 or newer, for Inspector 2', find: newerNode },
  tshark: { what: 'tshark, for captures', debian: 'tshark', find: tshark },
  nginx: { what: 'nginx, for docs/proxies', debian: 'nginx', find: nginx },
  haproxy: { what: 'HAProxy, for docs/proxies', debian: 'haproxy', find: haproxy },
  'redis-server': {
    what: 'redis-server, for several processes (docs/cluster.md)',
    debian: 'redis-server',
    find: redis,
  },
  openssl: { what: 'openssl, for a certificate of the tests', debian: 'openssl', find: openssl },
}

export const isHere = (name) => {
  const { folder, find } = PARTS[name]
  return find ? Boolean(find()) : existsSync(join(ROOT, folder, 'node_modules'))
}

/**
 * Every `*.test.*` file below test/, with what it says of itself in the comment that it begins with:
 *
 *     // Needs: sdk-v1, chromium      the parts without which it is skipped
 *     // Runs once: …                 on the newest Node alone, and why
 */
export function testFiles(folder = 'test') {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path)
    return /\.test\.m?[jt]s$/.test(path) ? { path, ...opening(path) } : []
  })
}

function opening(path) {
  const [comment] = /^(?:\/\/.*\n)*/.exec(readFileSync(join(ROOT, path), 'utf8'))
  const needs = /^\/\/ Needs: (.+)$/m.exec(comment)?.[1].split(', ') ?? []
  const unknown = needs.filter((name) => !(name in PARTS))
  if (unknown.length > 0) throw new Error(`${path} needs ${unknown.join(', ')}, which scripts/parts.mjs does not know.`)
  return { needs, runsOnce: /^\/\/ Runs once: /m.test(comment) }
}
