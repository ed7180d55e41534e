// How soon is the laboratory's page there, and how soon does it answer a hand while frames rush in? In Chromium, headless.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isHere } from '../../scripts/parts.mjs'
import { median } from '../lib/figures.mjs'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const NOTE = 'The page: Chromium, headless. Milliseconds of this machine, no ratios.'

export async function page({ quick }) {
  if (!isHere('sdk-v1') || !isHere('chromium')) return []
  const { startBrowser } = await import('../../test/interop/sdk-v1/browser.mjs')
  const server = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [said] = await once(server.stdout.setEncoding('utf8'), 'data')
  const url = `${/http:\/\/[^/\s]+/.exec(said)[0]}/lab/#lang=en&transport=sse&reader=fetch`
  const { browser, close } = await startBrowser()
  try {
    const tab = await browser.newPage()
    await tab.setViewport({ width: 1280, height: 900 })
    await tab.goto(url)
    await tab.waitForSelector('#bar button')
    return [
      { id: 'page-paint', value: await firstPaint(tab, quick ? 3 : 15), note: NOTE },
      { id: 'page-large', value: await showsLarge(tab, quick ? 3 : 15) },
      { id: 'page-flood', value: await answersInAFlood(tab, quick ? 2 : 10) },
    ]
  } finally {
    await close()
    server.kill()
  }
}

async function firstPaint(tab, rounds) {
  const times = []
  for (let round = 0; round < rounds; round++) {
    await tab.reload()
    await tab.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    times.push(await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime))
  }
  return median(times)
}

async function connect(tab) {
  await tab.click('#bar [data-key="c"]')
  await tab.waitForFunction(() => !document.querySelector('#tool > button').disabled)
}

/** From the choice of a frame of over 100 kB until it is drawn. */
async function showsLarge(tab, rounds) {
  const { callFor500Stories, inApp } = await import('../../test/interop/sdk-v1/lab-page.mjs')
  await connect(tab)
  const number = await callFor500Stories(tab)
  const times = await inApp(
    tab,
    async (app, given, count) => {
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
      const frame = app.record.frames.find((one) => one.number === given)
      const found = []
      for (let round = 0; round < count; round++) {
        app.select(app.record.frames[0])
        await drawn()
        const began = performance.now()
        app.select(frame)
        await drawn()
        found.push(performance.now() - began)
      }
      return found
    },
    number,
    rounds,
  )
  return median(times)
}

/** Interaction to Next Paint while 1,000 frames a second come: of 50 interactions the slowest does not count. */
async function answersInAFlood(tab, seconds) {
  const { flood } = await import('../../test/interop/sdk-v1/lab-page.mjs')
  await tab.evaluate(() => {
    globalThis.interactions = new Map()
    new PerformanceObserver((entries) => {
      for (const { duration, interactionId } of entries.getEntries())
        if (interactionId > 0)
          globalThis.interactions.set(
            interactionId,
            Math.max(duration, globalThis.interactions.get(interactionId) ?? 0),
          )
    }).observe({ type: 'event', durationThreshold: 16 })
  })
  const flooding = flood(tab, seconds * 10, 84) // and a frame of the screen: a hundred every tenth of a second
  for (let click = 0; click < seconds * 4; click++) {
    await tab.click('.lane-row:nth-last-child(3)').catch(() => {}) // it may have given way
    await tab.keyboard.press('ArrowUp')
  }
  await flooding
  const slowest = (await tab.evaluate(() => [...globalThis.interactions.values()])).toSorted((a, b) => b - a)
  return slowest[Math.floor(slowest.length / 50)] ?? 0
}
