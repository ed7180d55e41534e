// What the tests of the small client do in its page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { startBrowser } from './browser.mjs'

export const STEPS = ['initialize', 'notifications/initialized', 'tools/list', 'tools/call']
const AXE = createRequire(import.meta.url)

/** Browsers that are started when a test needs them first. */
export function createBrowsers() {
  /** @type {Record<string, ReturnType<typeof startBrowser>>} */
  const started = {}
  return {
    newPage: async (kind = 'chrome') => (await (started[kind] ??= startBrowser({ kind }))).browser.newPage(),
    close: async () => {
      for (const each of Object.values(started)) await (await each).close()
    },
  }
}

/**
 * Opens the page with a look (`lang`, `theme`, `speed`), and runs a test in it. It fails on any noise: a console message,
 * a failed or a foreign request.
 */
export async function withPage(
  browsers,
  url,
  { kind, noise: allowed = /^$/, width = 1366, height = 768, ...look },
  run,
) {
  const page = await browsers.newPage(kind)
  try {
    const noise = listen(page, url)
    await page.setViewport({ width, height })
    await page.goto(`${url}/#${new URLSearchParams(look)}`)
    await ready(page)
    await run(page, url)
    assert.deepEqual(
      noise.filter((line) => !allowed.test(line)),
      [],
    )
  } finally {
    await page.close()
  }
}

export function listen(page, origin) {
  const noise = []
  page.on('console', (message) => noise.push(`${message.type()} ${message.text()} ${message.location()?.url ?? ''}`))
  page.on('pageerror', (error) => noise.push(String(error)))
  page.on('requestfailed', (request) => noise.push(`${request.failure()?.errorText} ${request.url()}`))
  page.on('request', (request) => {
    const { origin: its, protocol } = new URL(request.url())
    if (its !== origin && protocol !== 'data:') noise.push(`foreign ${request.url()}`)
  })
  return noise
}

export const until = (page, condition, ...values) => page.waitForFunction(condition, { timeout: 60_000 }, ...values)
export const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent)
export const textsOf = (page, selector) => page.$$eval(selector, (all) => all.map((element) => element.textContent))
/** The page has its words and knows its addresses: from here on nothing moves by itself. */
export const ready = (page) =>
  until(page, () => {
    const course = new URL('lab/course.json', location.href).href
    return document.title !== 'MCP + SSE' && performance.getEntriesByName(course).length > 0
  })

/** Waits until the element says this word of the dictionary. */
export const says = (page, id, word) => until(page, (i, w) => document.getElementById(i).dataset.word === w, id, word)

/** Presses a button of the protocol; the first step is Connect. */
export const press = (page, step) => page.click(`#steps li:nth-child(${step + 2}) > button`)

/** Waits until nothing waits to be drawn: a press would draw that first. */
export const settled = (page) => until(page, () => document.getElementById('next').dataset.values === '[0]')

export const NEWS = ['initializeNews', 'initializedNews', 'listNews']

/** Connects and takes the first three steps: what remains is the call. */
export async function arrive(page) {
  await page.click('#connect')
  await says(page, 'news', 'endpointNews')
  for (const [step, word] of NEWS.entries()) {
    await settled(page)
    await press(page, step)
    await says(page, 'news', word)
  }
}

/** Fills in a field as a reader does, and calls. */
export async function call(page, fields, verdict) {
  for (const [name, text] of Object.entries(fields)) {
    await page.click(`#fields input[name="${name}"]`, { count: 3 })
    await page.keyboard.type(text)
  }
  await settled(page)
  await press(page, 3)
  await says(page, 'verdict', verdict)
}

/** Waits until what was recorded is drawn, which is once for each frame of the screen, and has come to rest. */
export const drawn = (page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    for (const animation of document.getAnimations()) animation.finish()
  })

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
export async function violations(page) {
  await page.evaluate(readFileSync(AXE.resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document)
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
  })
}
