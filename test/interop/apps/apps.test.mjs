// MCP Apps: the example's page in a frame of a real browser, by a host that is built on the official app-bridge.
// Needs: apps, sdk-v1, chromium
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startBrowser } from '../sdk-v1/browser.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const example = spawn(process.execPath, ['examples/apps/server.mjs'], {
  cwd: ROOT,
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [server] = await once(createInterface(example.stdout), 'line')

const entry = fileURLToPath(new URL('host.mjs', import.meta.url))
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  format: 'esm',
  write: false,
  target: 'es2023',
})
const page =
  '<!doctype html><title>Host</title><iframe sandbox="allow-scripts"></iframe><script type="module" src="/host.js"></script>'
const host = createServer((request, response) => {
  const isScript = request.url === '/host.js'
  response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
  response.end(isScript ? outputFiles[0].contents : page)
})
host.listen(0, '127.0.0.1')
await once(host, 'listening')

const { browser, close } = await startBrowser()
after(async () => {
  await close()
  host.closeAllConnections()
  host.close()
  example.kill()
  await once(example, 'exit')
})

for (const mode of ['handshake', 'auto'])
  test(`the page of a tool shows its result, and calls the tool again: ${mode}`, async () => {
    const tab = await browser.newPage()
    const problems = []
    tab.on('pageerror', (error) => problems.push(String(error)))
    await tab.goto(`http://127.0.0.1:${host.address().port}/?mode=${mode}&server=${encodeURIComponent(server)}`)
    await tab.waitForFunction(() => window.shown)
    const shown = await tab.evaluate(() => window.shown)
    assert.equal(shown.mimeType, 'text/html;profile=mcp-app')
    const frame = tab.frames().find((one) => one !== tab.mainFrame())
    await frame.waitForFunction(() => /^\d+$/.test(document.querySelector('#rolled').textContent))
    assert.equal(await frame.$eval('#rolled', (output) => output.textContent), String(shown.rolled))

    // It rolls until another number comes.
    await frame.waitForFunction(
      (before) => {
        document.querySelector('#again').click() // does nothing while it is disabled
        return document.querySelector('#rolled').textContent !== before
      },
      {},
      String(shown.rolled),
    )
    assert.match(await frame.$eval('#rolled', (output) => output.textContent), /^(1?\d|20)$/)
    assert.deepEqual(problems, [])
    await tab.close()
  })
