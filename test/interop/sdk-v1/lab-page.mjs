// The laboratory's page, opened in a browser, for its tests and its measurements; and what they do in it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/**
 * A server for the tests of a file, and the browsers, each started when a test needs it first. `labTest` is a test with
 * the page open: it fails on any noise, be it a console message, an error, a failed or a foreign request.
 */
export function openLaboratory(program = MAIN) {
  let server
  let url = ''
  /** @type {Record<string, ReturnType<typeof startBrowser>>} */
  const browsers = {}
  const browserOf = async (kind) => (await (browsers[kind] ??= startBrowser({ kind }))).browser
  before(async () => {
    server = spawn(process.execPath, [program], { env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' } })
    for await (const text of server.stdout.setEncoding('utf8')) {
      url = /http:\/\/[^/\s]+/.exec(text)?.[0] ?? ''
      break
    }
    server.stdout.resume()
    server.stderr.resume()
  })
  after(async () => {
    for (const started of Object.values(browsers)) await (await started).close()
    const ended = once(server, 'exit')
    server.kill()
    await ended
  })

  function labTest(name, { kind = 'chrome', width = 1280, height = 900, noise: allowed = /^$/, ...settings }, run) {
    test(name, { timeout: 300_000 }, async () => {
      const page = await (await browserOf(kind)).newPage()
      const noise = []
      page.on('console', (message) => noise.push(`${message.type()} ${message.text()}`))
      page.on('pageerror', (error) => noise.push(`error ${error.message}`))
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('data:')) noise.push(`asked ${request.url()}`)
      })
      try {
        await page.setViewport({ width, height })
        await page.goto(`${url}/lab/#${new URLSearchParams({ lang: 'en', theme: 'light', ...settings })}`)
        await page.waitForSelector('#bar button')
        await run(page)
        assert.deepEqual(
          noise.filter((line) => !allowed.test(line)),
          [],
        )
      } finally {
        await page.close()
      }
    })
  }

  return { labTest, browserOf, url: () => url }
}

/** @param {import('puppeteer-core').Page} page @param {any} look what is waited for, in the page */
export const until = (page, look, ...args) => page.waitForFunction(look, { timeout: 60_000 }, ...args)

/** Opens a view by its link, and waits for what is loaded then. */
export async function open(page, view) {
  await page.click(`nav a[data-view=${view}]`)
  await until(
    page,
    (name) => document.querySelector(`#${name === 'talk' ? 'bar' : name} > h2 ~ *`)?.checkVisibility(),
    view,
  )
}

/** Unfolds what is under the workbench, and waits for what is loaded then. */
export async function unfold(page, name) {
  await page.$eval(`#${name} summary`, (summary) => summary.click())
  await page.waitForSelector(`#${name} summary ~ *`)
}

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
export async function violations(page) {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document)
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
  })
}

/** Looks at the page's own state; `look` runs there with the app. */
export const inApp = (page, look, ...args) =>
  page.evaluate(`import('/lab/main.js').then(({ app }) => (${look})(app, ...${JSON.stringify(args)}))`)

/** Puts `rounds` times a hundred frames through the record, as a stream would bring them, and lets the page draw between. */
export const flood = (page, rounds, pauseMs = 0) =>
  inApp(
    page,
    async (app, given, pause) => {
      const bytes = new TextEncoder().encode(
        'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n',
      )
      const [exchange] = app.record.exchanges
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, pause)))
      for (let round = 0; round < given; round++) {
        for (let n = 0; n < 100; n++)
          app.record.add({
            way: '↓',
            exchange,
            type: 'message',
            text: `{"n":${n}}`,
            bytes: bytes.slice(),
            offset: 0,
            cuts: [],
          })
        await drawn()
      }
    },
    rounds,
    pauseMs,
  )

/** Calls for 500 stories: the number of the frame that brings them, of over 100 kB. */
export const callFor500Stories = (page) =>
  inApp(page, async (app) => {
    await app.client.request('tools/call', {
      name: 'get-hackernews-top-stories',
      arguments: { type: 'topstories', amount: 500 },
    })
    return app.record.frames.find(({ bytes, way }) => way === '↓' && bytes?.length > 100_000).number
  })
