// What the tests of the laboratory share: a course server, browsers that start when a test needs them, and an open page.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'

const COURSE = fileURLToPath(new URL('../../../course/server.mjs', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where the server is, once `before` has run. */
export let url
/** @type {import('node:child_process').ChildProcessWithoutNullStreams} */
let course
/** Started when a test needs it first. @type {Record<string, ReturnType<typeof startBrowser>>} */
const browsers = {}
export const browserOf = async (kind) => (await (browsers[kind] ??= startBrowser({ kind }))).browser

before(async () => {
  course = spawn(process.execPath, [COURSE], { env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' } })
  for await (const text of course.stdout.setEncoding('utf8')) {
    url = /http:\/\/[^/\s]+/.exec(text)[0]
    break
  }
  course.stdout.resume()
})
after(async () => {
  for (const started of Object.values(browsers)) await (await started).close()
  const ended = once(course, 'exit')
  course.kill()
  await ended
})

/**
 * A test with the page open. It fails on any noise: a console message, an error, a failed or a foreign request.
 * `ready`: the selector that is waited for.
 */
export function labTest(name, options, run) {
  const {
    kind = 'chrome',
    width = 1280,
    height = 900,
    noise: allowed = /^$/,
    ready = '#bar button',
    ...settings
  } = options
  nodeTest(name, { timeout: 300_000 }, async () => {
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
      await page.waitForSelector(ready)
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

export const until = (page, look, ...args) => page.waitForFunction(look, { timeout: 60_000 }, ...args)

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
export async function violations(page) {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document)
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
  })
}
