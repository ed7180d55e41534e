// The laboratory under a hand that presses whatever is there, in any order: nothing throws, and the console stays quiet.
// A walk is given by its seed. LAB_WALKS=10-40 takes other seeds than these, LAB_STEPS=1000 more steps.
// Needs: sdk-v1, chromium, firefox
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'
import { unfold } from './lab-page.mjs'

const COURSE = fileURLToPath(new URL('../../../course/server.mjs', import.meta.url))
const [FIRST, LAST] = (process.env.LAB_WALKS ?? '1-5').split('-').map(Number)
const STEPS = Number(process.env.LAB_STEPS ?? 120)
const WAYS = [
  {},
  { transport: 'sse', reader: 'fetch' },
  { transport: 'http', revision: '2025-11-25' },
  { transport: 'http', revision: '2025-03-26' },
  { transport: 'stateless' },
]

/** What Chromium says by itself of an answer that is no 2xx, and of a stream that was cut: cuts are what is shown here. */
const ITS_OWN = /^error Failed to load resource: |net::ERR_|^error EventSource's response has a MIME type/

let course
let url
let chromium
before(async () => {
  course = spawn(process.execPath, [COURSE], { env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' } })
  for await (const text of course.stdout.setEncoding('utf8')) {
    url = /http:\/\/[^/\s]+/.exec(text)[0]
    break
  }
  course.stdout.resume()
  course.stderr.resume()
  chromium = await startBrowser()
})
after(async () => {
  await chromium.close()
  const ended = once(course, 'exit')
  course.kill()
  await ended
})

/** Numbers from 0 to 1 that only the seed decides (mulberry32). */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** In the page: does one thing that a hand could do there now, and says which. The numbers are from 0 to 1. */
function act(where, which, what) {
  const pick = (all, at) => all[Math.floor(at * all.length)]
  const CONTROLS = 'nav a, button, select, input, textarea, summary, [role=option], [role=row], [tabindex="0"]'
  const inDialog = document.querySelector('dialog[open]')
  const reachable = [...(inDialog ?? document).querySelectorAll(CONTROLS)].filter(
    (one) => !one.disabled && one.checkVisibility(),
  )
  const placeOf = (one) => one.closest('main > section, dialog, nav')?.id
  const place = pick([...new Set(reachable.map(placeOf))], where) // else most presses would go to the frames
  const control = pick(
    reachable.filter((one) => placeOf(one) === place),
    which,
  )
  const name = () =>
    `${control.closest('[id]')?.id} ${control.tagName} ${control.name ?? ''} ${(control.innerText || control.value || '').slice(0, 30)}`
  if (!control) return 'nothing is there'
  const said = name()
  const tell = (...types) => types.forEach((type) => control.dispatchEvent(new Event(type, { bubbles: true })))
  if (control.matches('select')) {
    control.selectedIndex = Math.floor(what * control.options.length)
    tell('input', 'change')
  } else if (control.matches('input[type=checkbox], input[type=radio]')) control.click()
  else if (control.matches('input, textarea')) {
    control.focus()
    const numbers = ['', '0', '1', '-1', '20', '1e9', '0.5', '99999999999']
    const texts = ['x', '/[', '"', '日本', '{"a":1}', ' ', '\u0000', '__proto__']
    control.value = pick(control.type === 'number' ? numbers : [...numbers, ...texts], what)
    tell('input', 'change')
    if (what > 0.9) control.form?.requestSubmit()
  } else {
    control.focus()
    control.click()
  }
  return said
}

/** In the page, before it begins: each answer comes a little later, so that what is under way lasts a few presses. */
function slow() {
  const { fetch } = globalThis
  let n = 0
  globalThis.fetch = async (...request) => {
    await new Promise((resolve) => setTimeout(resolve, (n++ * 37) % 90))
    return fetch(...request)
  }
}

/** What the page says where a mistake of its own reached the reader. */
const mistakes = () =>
  /.*(TypeError|Cannot (read|set) prop|is not (a function|iterable|defined)|Failed to (construct|execute)|Invalid URL|undefined \().*/.exec(
    document.body.innerText,
  )?.[0]

const KEYS = [
  'c',
  '/',
  '?',
  '[',
  ']',
  'Escape',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'Enter',
  'Tab',
  'l',
  't',
  'p',
  ' ',
]

for (let seed = FIRST; seed <= LAST; seed++)
  test(`whatever is pressed, in whatever order, nothing throws: walk ${seed}`, { timeout: 600_000 }, async () => {
    const random = randomFrom(seed)
    const page = await chromium.browser.newPage()
    const noise = []
    const steps = []
    const heard = (line) => noise.push(`after ${steps.length} steps (${steps.slice(-8).join('; ')}): ${line}`)
    page.on('console', (message) => {
      const line = `${message.type()} ${message.text()}`
      if (!ITS_OWN.test(line)) heard(line)
    })
    page.on('pageerror', (error) => heard(`error ${error.stack ?? error}`))
    try {
      const settings = { lang: seed % 2 ? 'en' : 'zh', ...WAYS[seed % WAYS.length] }
      await page.setViewport({ width: 1280, height: 900 })
      await page.evaluateOnNewDocument(slow)
      await page.goto(`${url}/lab/#${new URLSearchParams(settings)}`)
      await page.waitForSelector('#bar button')
      for (let n = 0; n < STEPS && noise.length === 0; n++) {
        const [how, where, which, what] = [random(), random(), random(), random()]
        if (how < 0.02) {
          const isOffline = what < 0.5
          steps.push(isOffline ? 'no network' : 'a network')
          await page.setOfflineMode(isOffline)
        } else if (how < 0.1) {
          const key = KEYS[Math.floor(which * KEYS.length)]
          steps.push(`key ${key}`)
          await page.keyboard.press(key)
        } else steps.push(await page.evaluate(act, where, which, what))
        if (how > 0.8) steps.push(await page.evaluate(act, where, which, what)) // the same twice, at once
        const mistake = await page.evaluate(mistakes)
        if (mistake) heard(`the page says: ${mistake}`)
        // Some presses come at once, some after what the one before has done.
        if (what < 0.3) await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
        if (what < 0.05) await page.evaluate(() => fetch('course.json').catch(() => {}))
      }
      assert.deepEqual(noise, [])
    } finally {
      await page.close()
    }
  })

/** What was found by such walks, and by reading: presses in one turn of the page, before anything is answered. */
const ORDERS = {
  'another tool is chosen while the list of tools is fetched anew': () => {
    document.querySelector('#tool > button').click()
    for (const type of ['input', 'change'])
      document.querySelector('#tool form select').dispatchEvent(new Event(type, { bubbles: true }))
  },
  'a call is cancelled that is not under way': () => document.querySelector('[data-word="tool.cancel"]').click(),
  'something is copied where there is no clipboard': () => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
    document.querySelector('[data-word="lanes.link"]').click()
  },
  'an arrow is pressed in a list that the filter has emptied': () => {
    const filter = document.querySelector('#filter')
    const list = document.querySelector('#frames .list')
    filter.value = 'no frame has this'
    filter.dispatchEvent(new Event('input', { bubbles: true }))
    list.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))
  },
}

test('presses in odd orders throw nothing', { timeout: 300_000 }, async (t) => {
  const page = await chromium.browser.newPage()
  t.after(() => page.close())
  const thrown = []
  page.on('pageerror', ({ message }) => thrown.push(message))
  let streams = 0
  page.on('request', (request) => void (request.url().endsWith('/sse') && streams++))
  await page.setViewport({ width: 1280, height: 900 })
  await page.evaluateOnNewDocument(slow)
  await page.goto(`${url}/lab/#lang=en&transport=sse&reader=fetch`)
  await page.waitForSelector('#bar button')
  const isReady = () => page.waitForFunction(() => !document.querySelector('#tool > button').disabled)

  // Two presses at once are one connection.
  await page.evaluate(() => {
    const toggle = document.querySelector('#bar [data-key="c"]')
    toggle.click()
    toggle.click()
  })
  await isReady()
  assert.equal(streams, 1)

  await page.evaluate(() => document.querySelector('#tool > button').click())
  await page.waitForSelector('#tool form:not([hidden])')
  await unfold(page, 'frames')
  for (const [what, press] of Object.entries(ORDERS)) {
    await page.evaluate(press)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
    assert.deepEqual(thrown.splice(0), [], what)
  }
})
