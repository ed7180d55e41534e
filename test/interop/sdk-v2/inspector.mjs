// How the official Inspector 2 is started: by a Node new enough for it, with a home of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newerNode } from '../../../scripts/parts.mjs'
import { freePort, runProgram, startProgram } from '../sdk-v1/server.mjs'

const LAUNCHER = fileURLToPath(
  new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url),
)

/** What keeps it from the user's own settings and secrets, and from opening a window. */
async function ownHome() {
  const home = await mkdtemp(join(tmpdir(), 'sse-mcp-inspector-'))
  const env = {
    HOME: home,
    USERPROFILE: home,
    MCP_STORAGE_DIR: home,
    MCP_INSPECTOR_SECRET_STORE: 'memory',
    MCP_AUTO_OPEN_ENABLED: 'false',
  }
  return { env, remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Runs its command line to the end. */
export async function runInspector(/** @type {string[]} */ args) {
  const { env, remove } = await ownHome()
  try {
    return await runProgram([LAUNCHER, '--cli', ...args], { env, node: newerNode() })
  } finally {
    await remove()
  }
}

/** Starts its page, set to one server. `close` ends it, by its own process id. */
export async function startInspector(/** @type {string[]} */ args) {
  const { env, remove } = await ownHome()
  const port = await freePort()
  const page = await startProgram(
    [LAUNCHER, '--web', ...args],
    { ...env, CLIENT_PORT: port, MCP_SANDBOX_PORT: '0', MCP_APP_ORIGIN_PORT: '0', MCP_INSPECTOR_API_TOKEN: 'interop' },
    /up and running/,
    newerNode(),
  )
  return {
    url: `http://127.0.0.1:${port}/?MCP_INSPECTOR_API_TOKEN=interop`,
    output: page.output,
    async close() {
      await page.close()
      await remove()
    },
  }
}
