// What the files of tests of the laboratory have in common: a server, browsers that are started when a test needs them,
// a page that fails on any noise, and what one does in it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'

const COURSE = fileURLToPath(new URL('../../../course/server.mjs', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** For a file of tests: `labTest(name, settings, run)` is a test with the page open; `lab.url` is that of the server. */
export function setUpLab() {
  const lab = { url: '', browserOf, labTest }
  const browsers = {}
  let course
  async function browserOf(kind) {
    browsers[kind] ??= startBrowser({ kind })
    const { browser } = await browsers[kind]
    return browser
  }

  before(async () => {
    course = spawn(process.execPath, [COURSE], { env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' } })
    for await (const text of course.stdout.setEncoding('utf8')) {
      lab.url = /http:\/\/[^/\s]+/.exec(text)[0]
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

  /** It fails on a console message, an error, a failed or a foreign request, unless `noise` allows it. */
  function labTest(name, { kind = 'chrome', width = 1280, height = 900, noise: allowed = /^$/, ...settings }, run) {
    test(name, { timeout: 300_000 }, async () => {
      const page = await (await browserOf(kind)).newPage()
      const noise = []
      page.on('console', (message) => noise.push(`${message.type()} ${message.text()}`))
      page.on('pageerror', (error) => noise.push(`error ${error.message}`))
      page.on('request', (request) => {
        const asked = request.url()
        if (!asked.startsWith(lab.url) && !asked.startsWith('data:')) noise.push(`asked ${asked}`)
      })
      try {
        await page.setViewport({ width, height })
        await page.goto(`${lab.url}/lab/#${new URLSearchParams({ lang: 'en', theme: 'light', ...settings })}`)
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
  return lab
}

export const until = (page, look, ...args) => page.waitForFunction(look, { timeout: 60_000 }, ...args)

export async function connect(page) {
  await page.click('#bar [data-key="c"]')
  await until(
    page,
    () => document.querySelector('#bar b').className === 'open' && !document.querySelector('#tool > button').disabled,
  )
}

export async function list(page) {
  await page.click('#tool > button')
  await page.waitForSelector('#tool form:not([hidden])')
}

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
export async function violations(page) {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document)
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
  })
}
