// Slow motion and the three missions of the laboratory, in real browsers.
// Needs: sdk-v1, chromium, firefox
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { flood, inApp, openLaboratory, until } from './lab-page.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { labTest } = openLaboratory()
const CUT = /INCOMPLETE_CHUNKED|ERR_/ // what a browser says of a stream that is cut

/** A question, what answers it, and the text that does; one mission after the other. */
const MISSIONS = [
  {
    name: 'end',
    guess: 'end-blank',
    answer: /Byte \d+, 0A, dispatched event 1: a line end right after a line end, a blank line/,
    where: '#type',
  },
  {
    name: 'resume',
    guess: 'resume-id',
    answer: /The second GET was sent with Last-Event-ID: \d+\. Replayed: \d+(, \d+)*\./,
    where: '#missions',
  },
  {
    name: 'received',
    guess: 'received-stream',
    answer:
      /initialize, id \d+, got 202 after [\d.]+ ms, and “Accepted”\. The event with the same id came by the stream/,
    where: '#missions',
  },
]

async function connect(page) {
  await page.click('#bar [data-key="c"]')
  await until(
    page,
    () => document.querySelector('#bar b').className === 'open' && !document.querySelector('#tool > button').disabled,
  )
}

async function list(page) {
  await page.click('#tool > button')
  await page.waitForSelector('#tool form:not([hidden])')
}

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
async function violations(page) {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document)
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
  })
}

/** Counts what somebody does with a mouse or a keyboard from here on; what the page does by itself is not trusted. */
const countPresses = (page) =>
  page.evaluate(() => {
    globalThis.presses = 0
    addEventListener('click', ({ isTrusted }) => (globalThis.presses += Number(isTrusted)), true)
  })

const says = (page, where, answer) =>
  until(
    page,
    (selector, source) => new RegExp(source).test(document.querySelector(selector).innerText),
    where,
    answer.source,
  )

for (const kind of ['chrome', 'firefox'])
  for (const { name, guess, answer, where } of MISSIONS)
    labTest(
      `${kind}: from the first view, the question "${name}" is answered in at most three presses`,
      { kind, width: 1280, height: 800, noise: CUT },
      async (page) => {
        await countPresses(page)
        await page.click(`#mission-${name}`)
        await page.waitForSelector(`.mission:not([hidden]) [data-word="missions.${guess}"]`)
        await page.click(`[data-word="missions.${guess}"]`)
        await says(page, where, answer)
        assert.ok((await page.evaluate(() => globalThis.presses)) <= 3)
        assert.match(
          await page.$eval('.mission:not([hidden])', ({ innerText }) => innerText),
          /^Your guess:[^]*✓ Right/,
        )
        assert.deepEqual(await page.$$eval('#missions .done', (all) => all.map(({ id }) => id)), [`mission-${name}`])
        // One sentence of why, and where it is written.
        assert.match(
          await page.$eval('.mission:not([hidden]) a', ({ href }) => href),
          /^https:\/\/(html\.spec|www\.rfc-)/,
        )
      },
    )

labTest('one drag back over the end of an event takes the event away', { width: 1280, height: 800 }, async (page) => {
  await page.click('#mission-end')
  await page.waitForSelector('[data-word="missions.end-line"]')
  await page.click('[data-word="missions.end-line"]') // a wrong guess is shown the same
  await says(page, '.mission', /Not this one/)
  assert.equal(await page.$('#missions .done'), null)
  await says(page, '#type', /dispatched event 1/)
  const { x, y, width } = await page.$eval('#cut', (slider) => slider.getBoundingClientRect().toJSON())
  const [value, max] = await page.$eval('#cut', (slider) => [Number(slider.value), Number(slider.max)])
  const at = x + 8 + ((width - 16) * value) / max
  await page.mouse.move(at, y + 8)
  await page.mouse.down()
  await page.mouse.move(at - 30, y + 8)
  await page.mouse.up()
  await until(page, () => !document.querySelector('#type .events b'))
})

labTest('what was guessed stays for the visit, in either language', { noise: CUT }, async (page) => {
  await page.click('#mission-received')
  await page.waitForSelector('[data-word="missions.received-stream"]')
  await page.click('[data-word="missions.received-stream"]')
  await says(page, '.mission', /that is the answer/)
  await page.click('#mission-end')
  await page.waitForSelector('[data-word="missions.end-line"]')
  assert.equal(await page.$eval('.mission', ({ hidden }) => hidden), true)
  await page.click('#language')
  await page.click('#mission-received')
  await says(page, '.mission', /那才是答复/)
  assert.equal((await page.$$('#missions .done')).length, 1)
})

labTest('the 202 and the event are shown in the conversation, byte by byte', {}, async (page) => {
  await connect(page)
  await list(page)
  const requests = await inApp(page, (app) => app.record.totals.requests)
  await page.click('#mission-received')
  await page.waitForSelector('[data-word="missions.received-empty"]')
  await page.click('[data-word="missions.received-empty"]')
  await page.waitForSelector('[data-word="missions.received-event"]')
  assert.equal(await inApp(page, (app) => app.record.totals.requests), requests, 'nothing is sent twice')
  await says(page, '#message', /blank line = dispatch/)
  await page.click('[data-word="missions.received-202"]')
  assert.deepEqual(await inApp(page, (app) => [app.selected.text, app.selected.exchange.status]), ['Accepted', 202])
  await page.click('[data-word="missions.received-post"]')
  assert.equal(await inApp(page, (app) => app.selected.message.method), 'tools/list')
})

labTest('a mission has an address', { mission: 'resume' }, async (page) => {
  await page.waitForSelector('.mission:not([hidden]) [data-word="missions.resume-id"]')
  assert.equal(await page.$eval('#mission-resume', (button) => button.ariaExpanded), 'true')
  await page.click('#mission-resume')
  await until(page, () => document.querySelector('.mission').hidden && !location.hash.includes('mission'))
})

labTest('another view closes the mission, and says nothing of the one before', { mission: 'end' }, async (page) => {
  await page.waitForSelector('.mission:not([hidden])')
  // Nothing on the page answers while the question is open.
  const answers = () =>
    page.$$eval('#message :is(.meaning, .does)', (all) => all.filter((one) => one.checkVisibility()))
  assert.deepEqual(await answers(), [])
  await page.click('nav a[data-view=reconnect]')
  await until(page, () => document.querySelector('.mission').hidden && !location.hash.includes('mission'))
  assert.equal(await page.$eval('#news', ({ textContent }) => textContent), 'Reconnect')
  await page.click('nav a[data-view=talk]')
  await until(page, () => document.querySelector('#news').textContent === 'Ready. Begin with Connect.')
  assert.equal((await answers()).length, 2)
})

labTest('the link to the small client keeps language and theme', { lang: 'zh', theme: 'dark' }, async (page) => {
  const lookOf = () => page.$eval('#small', ({ hash }) => hash)
  assert.equal(await lookOf(), '#lang=zh&theme=dark')
  await page.click('#theme')
  await until(page, () => document.querySelector('#small').hash === '#lang=zh&theme=light')
})

labTest('keyboard alone: a mission is opened, guessed and read', { width: 1280, height: 800 }, async (page) => {
  await page.focus('#mission-end')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-word="missions.end-blank"]')
  assert.equal(await page.$eval('#mission-end', (button) => button.ariaExpanded), 'true')
  const isThere = () => page.evaluate(() => document.activeElement.dataset.word === 'missions.end-blank')
  for (let tabs = 0; tabs < 8 && !(await isThere()); tabs++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await says(page, '#type', /dispatched event 1/)
  assert.ok(await isThere(), 'the focus stays where one guessed')
  assert.equal(await page.$eval('.mission [role=status]', ({ innerText }) => /Right/.test(innerText)), true)
})

for (const look of [
  { lang: 'en', theme: 'light' },
  { lang: 'zh', theme: 'dark' },
])
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ])
    labTest(
      `${look.lang}, ${look.theme}, ${width} px: axe finds nothing in any mission, and nothing is wider than the window`,
      { ...look, width, height, noise: CUT },
      async (page) => {
        for (const { name, guess } of MISSIONS) {
          await page.evaluate((id) => document.getElementById(id).click(), `mission-${name}`)
          await page.waitForSelector(`.mission:not([hidden]) [data-word="missions.${guess}"]`)
          await page.click(`[data-word="missions.${guess}"]`)
          await until(page, (saw) => document.querySelector(`[data-word="missions.${saw}"]`), `${name}-saw`)
          assert.deepEqual(await violations(page), [], name)
          const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
          assert.ok(wide[0] <= wide[1], `${name}: ${wide[0]} px in ${wide[1]}`)
        }
        await page.click('[data-speed="step"]')
        assert.deepEqual(await violations(page), [], 'step')
      },
    )

const rows = (page) => page.$$eval('.lane-row .said', (all) => all.map(({ textContent }) => textContent))
const nextText = (page) => page.$eval('#slow [data-key=n]', ({ textContent }) => textContent)

labTest(
  'step by step: one thing for each press, in true order with its true time, and the newest shown is selected',
  { speed: 'step' },
  async (page) => {
    await connect(page)
    assert.deepEqual(await rows(page), [])
    assert.equal(
      await inApp(page, (app) => app.selected === undefined),
      true,
      'nothing is shown, so nothing is selected',
    )
    assert.match(await nextText(page), /Next · [1-9]\d* waiting/)
    await page.click('#slow [data-key=n]')
    assert.deepEqual(await rows(page), ['GET /lab/tools/sse'])
    assert.match(await page.$eval('#slow .why', ({ innerText }) => innerText), /^true time \d\.\d{4} s, \+0 ms$/)
    const shown = []
    for (let presses = 1; /waiting/.test(await nextText(page)); presses++) {
      await page.keyboard.press('n')
      shown.push(...(await rows(page)).slice(presses))
      assert.equal((await rows(page)).length, presses + 1)
      const [isShown, isFollowing] = await inApp(page, (app) => [app.shown().includes(app.selected), app.isFollowing])
      assert.ok(isShown && isFollowing)
    }
    const events = shown.filter((text) => !/^(retry|:)/.test(text))
    assert.deepEqual(events.slice(0, 3), ['200 text/event-stream', 'endpoint', 'initialize'])
    const times = await page.$$eval('.lane-row time', (all) => all.map(({ textContent }) => Number(textContent)))
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
  },
)

labTest('step by step, the panel tells a result when its row is drawn, not before', { speed: 'step' }, async (page) => {
  await connect(page)
  await list(page)
  await page.click('#tool form [type=submit]')
  await until(page, () => /The drawing is behind by \d+/.test(document.querySelector('#tool').innerText))
  assert.equal(await page.$('#tool .cards > li'), null)
  const isTold = () => page.$eval('#tool', ({ innerText }) => innerText.includes('✓'))
  const isDrawn = () => inApp(page, (app) => app.shown().some(({ message }) => message?.result?.content))
  for (; /waiting/.test(await nextText(page)); await page.keyboard.press('n'))
    assert.equal(await isTold(), await isDrawn())
  await until(page, () => /✓ A result/.test(document.querySelector('#tool').innerText))
})

labTest('the stream is open when its head is there, be the handshake still to come', {}, async (page) => {
  await page.click('#tool .steps button')
  await until(page, () => document.querySelector('#bar b').className === 'open')
  assert.equal(await inApp(page, (app) => app.paused?.name), 'initialize')
})

labTest('back at ×1 all is shown at once, in the order of the record', { speed: 'step' }, async (page) => {
  await connect(page)
  await list(page)
  assert.deepEqual(await rows(page), [])
  await page.click('[data-speed="1"]')
  await until(page, () => document.querySelectorAll('.lane-row').length > 8)
  assert.equal(await inApp(page, (app) => app.shown().length === app.record.frames.length), true)
  assert.equal(await page.$eval('#slow [data-key=n]', ({ hidden }) => hidden), true)
  assert.equal(await page.evaluate(() => location.hash.includes('speed')), false)
})

labTest('at ×0.1 the conversation comes by itself, one thing after the other', { speed: '0.1' }, async (page) => {
  const counts = page.evaluate(
    () =>
      new Promise((resolve) => {
        const seen = []
        new MutationObserver(() => {
          const count = document.querySelectorAll('.lane-row').length
          if (count !== seen.at(-1)) seen.push(count)
          if (count === 5) resolve(seen)
        }).observe(document.querySelector('#lanes'), { subtree: true, childList: true })
      }),
  )
  await connect(page)
  assert.deepEqual((await counts).filter(Boolean), [1, 2, 3, 4, 5])
})

labTest(
  'a flood at step: the record has all of it, 200 things wait, and at ×1 the newest are there',
  {},
  async (page) => {
    await connect(page)
    const before = await inApp(page, (app) => app.record.totals.frames)
    await page.click('[data-speed="step"]')
    await flood(page, 30)
    const count = (await inApp(page, (app) => app.record.totals.frames)) - before
    assert.ok(count >= 3000, `${count}`) // the stream may bring a comment of its own meanwhile
    await until(page, () => /\b200 waiting/.test(document.querySelector('#slow [data-key=n]').textContent))
    await page.click('[data-speed="1"]')
    await until(page, async () => {
      const { app } = await import('/lab/main.js')
      return document.querySelector('.lane-row[aria-selected=true]')?.row.frame === app.newest()
    })
  },
)
