// A stranger's page in a real browser tries to reach a server on its visitor's machine: it ends with no session.
// Needs: sdk-v1, chromium
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { startBrowser } from './browser.mjs'
import { serve } from './server.mjs'

const { site } = await import(new URL('../../../dist/app/site.js', import.meta.url).href)
const { browser, close } = await startBrowser({
  flags: ['--host-resolver-rules=MAP *.test 127.0.0.1', '--disable-popup-blocking'],
})
after(close)

// A page with nothing in it: what it does, the tests say.
const stranger = createServer((_request, response) =>
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>stranger</title><body>'),
).listen(0, '127.0.0.1')
await once(stranger, 'listening')
after(() => {
  stranger.closeAllConnections()
  stranger.close()
})

/**
 * A server that tells which streams and sessions it has opened, and how it answered everything.
 *
 * @param {object} [options]
 */
async function watched(options) {
  const answers = /** @type {{ request: string, status: number }[]} */ ([])
  const opened = /** @type {string[]} */ ([])
  let onOpened = () => {}
  const whenOpened = new Promise((resolve) => (onOpened = () => resolve('opened')))
  const running = await serve({ name: 'watched', version: '1', port: 0, log() {}, fallback: site, ...options })
  running.server.prependListener('request', (request, response) => {
    const { writeHead } = response
    response.writeHead = (status, headers, ...rest) => {
      const what = `${request.method} ${request.url} ${JSON.stringify(request.headers)}`
      answers.push({ request: what, status })
      const isStream = /event-stream/.test(headers?.['Content-Type'] ?? '')
      if (status === 200 && (isStream || headers?.['Mcp-Session-Id'])) {
        opened.push(what)
        onOpened()
      }
      return Reflect.apply(writeHead, response, [status, headers, ...rest])
    }
  })
  return { ...running, port: running.server.address().port, answers, opened, whenOpened }
}

/** In the page: everything that a page can send somewhere. Resolves when each attempt has ended, one way or the other. */
async function tryAll(/** @type {string[]} */ targets, /** @type {string} */ initialize) {
  const attempts = []
  const element = (tag, set, parent = document.body) => {
    const made = document.createElement(tag)
    attempts.push(
      new Promise((resolve) => {
        for (const event of ['load', 'error', 'loadeddata']) made.addEventListener(event, resolve)
      }),
    )
    set(made)
    parent.append(made)
    return made
  }
  const json = { 'Content-Type': 'application/json' }
  for (const target of targets) {
    for (const door of ['/sse', '/mcp', '/sse/']) {
      const url = `${target}${door}?${Math.random()}`
      element('img', (one) => (one.src = url))
      element('script', (one) => (one.src = url))
      element('script', (one) => Object.assign(one, { src: url, type: 'module' }))
      element('iframe', (one) => (one.src = url))
      element('embed', (one) => (one.src = url))
      element('video', (one) => (one.src = url))
      element('link', (one) => Object.assign(one, { rel: 'stylesheet', href: url }), document.head)
      element('img', (one) => Object.assign(one, { src: url, crossOrigin: 'anonymous' }))
      const source = new EventSource(url)
      attempts.push(new Promise((resolve) => source.addEventListener('error', resolve)).then(() => source.close()))
      for (const options of [
        { mode: 'no-cors' },
        { mode: 'no-cors', credentials: 'include' },
        { mode: 'no-cors', headers: { Accept: 'text/event-stream' } },
        { mode: 'cors' },
        { mode: 'no-cors', method: 'POST', body: initialize },
        { mode: 'no-cors', method: 'POST', body: new Blob([initialize]), headers: { 'Content-Type': 'text/plain' } },
        { mode: 'cors', method: 'POST', body: initialize, headers: json },
        { mode: 'no-cors', method: 'HEAD' },
        { mode: 'cors', method: 'DELETE' },
      ])
        attempts.push(fetch(url, options).catch(() => {}))
      navigator.sendBeacon(url, new Blob([initialize], { type: 'text/plain' }))
      // A form whose text is JSON, and a frame to put its answer into.
      const frame = element('iframe', (one) => (one.name = `frame${Math.random()}`))
      const form = document.createElement('form')
      Object.assign(form, { method: 'POST', action: url, enctype: 'text/plain', target: frame.name })
      const input = document.createElement('input')
      Object.assign(input, { name: initialize.slice(0, -1), value: '}' })
      form.append(input)
      document.body.append(form)
      attempts.push(new Promise((resolve) => setTimeout(() => frame.addEventListener('load', resolve))))
      form.submit()
      // A frame without an origin (Origin: null).
      const done = Math.random()
      attempts.push(
        new Promise((resolve) => addEventListener('message', ({ data }) => data === done && resolve(undefined))),
      )
      const inside = `
        const source = new EventSource(${JSON.stringify(url)})
        const all = [
          new Promise((resolve) => source.addEventListener('error', resolve)).then(() => source.close()),
          fetch(${JSON.stringify(url)}, { mode: 'no-cors' }).catch(() => {}),
          fetch(${JSON.stringify(url)}, { method: 'POST', headers: ${JSON.stringify(json)}, body: '{}' }).catch(() => {}),
        ]
        Promise.all(all).then(() => parent.postMessage(${done}, '*'))`
      element('iframe', (one) => {
        one.setAttribute('sandbox', 'allow-scripts')
        one.srcdoc = `<script>${inside}</script>`
      })
    }
  }
  await Promise.all(attempts)
  return attempts.length
}

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'stranger', version: '1' } },
})

for (const [what, host, options] of [
  ['of another site', 'evil.test', {}],
  ['of another port of this machine, which is not on the list', 'localhost', { allowedOrigins: ['app.example'] }],
])
  test(`a page ${what} ends with no session and no stream`, { timeout: 120_000 }, async (t) => {
    const server = await watched(options)
    t.after(() => server.close())
    const page = await browser.newPage()
    t.after(() => page.close())
    await page.goto(`http://${host}:${stranger.address().port}/`)
    // As this machine, and by a name of the stranger's that leads here (DNS rebinding).
    const targets = ['127.0.0.1', 'localhost', 'rebound.test'].map((name) => `http://${name}:${server.port}`)
    // A stream that opens would never end: then there is nothing to wait for.
    await Promise.race([page.evaluate(tryAll, targets, initialize), server.whenOpened])
    assert.deepEqual(server.opened, [])

    const pageOf = (/** @type {string} */ path) => `http://127.0.0.1:${server.port}${path}`
    const navigate = async (/** @type {string} */ url) => {
      const [response] = await Promise.all([
        page.waitForResponse((one) => one.url() === url && one.request().isNavigationRequest()),
        page.evaluate((to) => void (location.href = to), url),
      ])
      await page.goto(`http://${host}:${stranger.address().port}/`)
      return response.status()
    }
    for (const path of ['/sse', '/mcp']) assert.equal(await navigate(pageOf(path)), 403, path)
    assert.deepEqual(server.opened, [])
    assert.ok(server.answers.length >= 100, `${server.answers.length} requests came`)
    const others = server.answers.filter(({ request, status }) => status !== 403 && !request.includes('/favicon.ico'))
    assert.deepEqual(others, [])

    // Where there is nothing to hold, links from anywhere lead.
    for (const path of ['/', '/lab/', '/health']) assert.equal(await navigate(pageOf(path)), 200, path)
  })

test('a page on the list opens its stream by CORS, and reads it', { timeout: 60_000 }, async (t) => {
  const origin = `http://app.test:${stranger.address().port}`
  const server = await watched({ allowedOrigins: [origin] })
  t.after(() => server.close())
  const page = await browser.newPage()
  t.after(() => page.close())
  await page.goto(`${origin}/`)
  const endpoint = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const source = new EventSource(url)
        source.addEventListener('endpoint', ({ data }) => {
          source.close()
          resolve(data)
        })
        source.addEventListener('error', () => resolve('refused'))
      }),
    `http://127.0.0.1:${server.port}/sse`,
  )
  assert.match(String(endpoint), /^\/messages\?sessionId=/)
  assert.equal(server.opened.length, 1)
})
