// The scenes of a talk in real browsers: every step of every scene, legible from the last row, by keys alone, offline.
// Needs: sdk-v1, chromium, firefox
import assert from 'node:assert/strict'
import { chats, cut } from '../../../web/laboratory/scenes/recorded.js'
import { openLaboratory, until, violations } from './lab-page.mjs'

const SCENES = ['pipe', 'event', 'cut', 'transports', 'chats']
const { labTest } = openLaboratory()

/** A test with a talk open. */
const talkTest = (name, settings, run) =>
  labTest(name, { present: '1', ...settings }, async (page) => {
    await page.waitForSelector('#talk .told li')
    await run(page)
  })

/** Where the talk is: scene and step, as the page shows them. */
const place = (page) =>
  page.evaluate(() => {
    const settings = new URLSearchParams(location.hash.slice(1))
    return `${settings.get('scene') ?? 'pipe'} ${document.querySelectorAll('#talk .told li').length - 1}`
  })

/** Presses a key, and waits until the page has followed, its animations included. */
async function press(page, key) {
  await page.keyboard.press(key)
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    for (const animation of document.getAnimations()) animation.finish()
  })
}

/** From here to the end of the talk, step by step; `look` sees each of them. */
async function walk(page, look) {
  const seen = []
  for (let now = await place(page); now !== seen.at(-1); now = await place(page)) {
    seen.push(now)
    await look?.(now)
    await press(page, ' ')
  }
  return seen
}

/** Texts that are seen and below 28 px, and what is not in the window. */
const faults = (page) =>
  page.evaluate(() => {
    const found = new Set()
    const texts = document.createTreeWalker(document.querySelector('#talk main'), NodeFilter.SHOW_TEXT)
    for (let text; (text = texts.nextNode());) {
      const element = text.parentElement
      if (!text.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue
      const range = document.createRange()
      range.selectNodeContents(text)
      const size = Number.parseFloat(getComputedStyle(element).fontSize)
      const isHeardOnly = element.closest('li')?.parentElement.matches('.told') && element.nextElementSibling
      if (isHeardOnly) continue
      if (size < 28) found.add(`${text.data} ${size} px`)
      for (const { left, right, top, bottom } of range.getClientRects())
        if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1)
          found.add(`${text.data} outside: ${[left, top, right, bottom].map(Math.round)}`)
    }
    const { scrollWidth, scrollHeight } = document.documentElement
    if (scrollWidth > innerWidth || scrollHeight > innerHeight) found.add(`${scrollWidth} × ${scrollHeight}`)
    return [...found]
  })

for (const [kind, width, height, lang, theme] of [
  ['chrome', 1280, 720, 'en', 'light'],
  ['chrome', 1280, 800, 'zh', 'dark'],
  ['firefox', 1920, 1080, 'zh', 'light'],
  ['firefox', 1280, 720, 'en', 'dark'],
])
  talkTest(
    `${kind}, ${width} × ${height}, ${lang}, ${theme}: no letter of a scene below 28 px, all of it in the window, axe clean`,
    { kind, width, height, lang, theme },
    async (page) => {
      const seen = await walk(page, async (now) => {
        assert.deepEqual(await faults(page), [], now)
        assert.deepEqual(await violations(page), [], now)
      })
      assert.deepEqual([...new Set(seen.map((now) => now.split(' ')[0]))], SCENES)
      assert.ok(seen.length > 25, `${seen.length} steps`)
    },
  )

talkTest(
  '390 × 844: nothing is wider than the window, and no letter is below 13 px',
  { width: 390, height: 844 },
  async (page) => {
    await walk(page, async (now) => {
      const [wide, small] = await page.evaluate(() => [
        document.documentElement.scrollWidth - innerWidth,
        [...document.querySelectorAll('#talk main *')].filter(
          (one) => Number.parseFloat(getComputedStyle(one).fontSize) < 13,
        ).length,
      ])
      assert.ok(wide <= 0, `${now}: ${wide} px too wide`)
      assert.equal(small, 0, now)
    })
  },
)

talkTest(
  '390 × 844: the last step of each scene is in the window, the three 202 stand apart, numbers of two digits fit',
  { width: 390, height: 844 },
  async (page) => {
    for (const scene of SCENES) {
      await page.evaluate((name) => void (location.hash = `present=1&lang=en&scene=${name}&step=99`), scene)
      await until(page, (name) => document.querySelector('.progress').children[name].className, SCENES.indexOf(scene))
      assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), await place(page))
      const [back, narrow] = await page.evaluate(() => [
        Array.from(document.querySelectorAll('.back'), ({ firstChild }) => {
          const range = document.createRange()
          range.selectNode(firstChild)
          return [range.getBoundingClientRect().left, range.getBoundingClientRect().right]
        }),
        [...document.querySelectorAll('.number')].filter((one) => one.scrollWidth > one.clientWidth).length,
      ])
      for (const [index, [left]] of back.entries()) assert.ok(index === 0 || left > back[index - 1][1] + 4, `${back}`)
      assert.equal(narrow, 0)
    }
  },
)

talkTest(
  'keys: forward, back, a scene by its number, notes, and Escape leaves to where one was',
  { view: 'type' },
  async (page) => {
    for (const key of ['ArrowRight', 'PageDown', 'Enter', ' ']) await press(page, key)
    assert.equal(await place(page), 'pipe 4')
    for (const key of ['ArrowLeft', 'PageUp', 'Backspace']) await press(page, key)
    assert.equal(await place(page), 'pipe 1')
    await press(page, '2')
    assert.equal(await place(page), 'event 0')
    await press(page, 'ArrowLeft')
    assert.equal(await place(page), 'pipe 9', 'back to the end of the scene before')
    await page.click('#talk h1')
    await until(page, () => location.hash.includes('scene=event'))
    await press(page, 'n')
    assert.match(await page.$eval('#talk aside', ({ innerText }) => innerText), /which byte ends the event/)
    assert.deepEqual(await violations(page), [])
    await page.evaluate(() => document.querySelector('#talk aside').click())
    assert.equal(await place(page), 'event 0', 'a press on the notes is no step')
    await press(page, 'n')
    assert.equal(await page.$eval('#talk aside', (note) => note.checkVisibility()), false)
    await press(page, '?')
    const keys = await page.$eval('#keys', (list) => list.checkVisibility() && list.innerText)
    for (const key of ['→', '←', '1', '5', 'n', 'Esc']) assert.ok(keys.split(/\s+/).includes(key), `${key} in ${keys}`)
    assert.deepEqual(await violations(page), [])
    await press(page, '3')
    await press(page, 'Escape')
    assert.equal(await page.$eval('#keys', (list) => list.open), false)
    assert.equal(await place(page), 'event 0', 'keys that are pressed in the list of keys change nothing')
    await press(page, 'Escape')
    assert.equal(await page.$('#talk'), null)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'present')
    assert.equal(await page.$eval('#type', (view) => view.checkVisibility()), true)
    await press(page, 'p')
    assert.equal(await place(page), 'pipe 0')
  },
)

talkTest(
  'Tab reaches the same as buttons, which are seen while they have the focus; single letters can be off',
  { keys: 'off' },
  async (page) => {
    const seen = () =>
      page.evaluate(() => {
        const { opacity } = getComputedStyle(document.querySelector('#talk nav'))
        return `${document.activeElement.textContent} ${opacity}`
      })
    await press(page, 'Tab')
    assert.equal(await seen(), 'Back 1')
    await press(page, 'Tab')
    assert.equal(await seen(), 'Next step 1')
    assert.deepEqual(await violations(page), [])
    await press(page, 'Enter')
    assert.equal(await place(page), 'pipe 1')
    await press(page, 'n')
    await press(page, '3')
    assert.equal(await place(page), 'pipe 1')
    await press(page, 'Tab')
    await press(page, 'Enter')
    assert.equal(await page.$eval('#talk aside', (note) => note.checkVisibility()), true)
    await press(page, 'Tab')
    await press(page, 'Enter')
    assert.equal(await page.$('#talk'), null)
  },
)

/** What of the scene lies under the element, or beyond the window: texts and boxes, by their rectangles. */
const hidden = (page, selector) =>
  page.evaluate((name) => {
    const over = document.querySelector(name).getBoundingClientRect()
    const seen = [...document.querySelectorAll('#talk main :is(h1, .picture *, li:last-child)')].filter((one) =>
      one.checkVisibility({ visibilityProperty: true }),
    )
    return seen
      .map((one) => [one.className || one.tagName, one.getBoundingClientRect()])
      .filter(([, { left, top, right, bottom }]) => {
        const isUnder = left < over.right - 1 && right > over.left + 1 && top < over.bottom - 1 && bottom > over.top + 1
        return isUnder || right > innerWidth + 1 || bottom > innerHeight + 1
      })
      .map(([what]) => what)
  }, selector)

for (const [width, height] of [
  [1280, 720],
  [1024, 768],
  [768, 1024],
])
  talkTest(
    `${width} × ${height}: notes take room of their own, and hide nothing`,
    { width, height, notes: '1' },
    (page) =>
      walk(page, async (now) => {
        assert.deepEqual(await hidden(page, '#talk aside'), [], now)
        assert.equal(await page.$eval('#talk aside', (note) => note.scrollHeight > note.clientHeight), false, now)
      }),
  )

for (const lang of ['en', 'zh'])
  talkTest(
    `${lang}: the buttons that Tab shows lie on nothing but the progress`,
    { lang, height: 720 },
    async (page) => {
      for (const key of ['1', '2', '3', '4', '5']) {
        await press(page, key)
        await page.focus('#talk nav button')
        assert.deepEqual(await hidden(page, '#talk nav'), [], key)
      }
    },
  )

for (const [width, height] of [
  [1280, 720],
  [1024, 768],
  [390, 844],
])
  talkTest(
    `${width} × ${height}, by touch: back, on, notes and leave are buttons that hide nothing`,
    {},
    async (page) => {
      await page.setViewport({ width, height, hasTouch: true, isMobile: true })
      await page.reload()
      await page.waitForSelector('#talk .told li')
      await walk(page, async (now) => assert.deepEqual(await hidden(page, '#talk nav'), [], now))
      assert.equal(await place(page), 'chats 4')
      const [back, , note, leave] = await page.$$('#talk nav button')
      await back.tap()
      await until(page, () => location.hash.includes('step=3'))
      await note.tap()
      await page.waitForSelector('#talk aside', { visible: true })
      await leave.tap()
      await until(page, () => !document.querySelector('#talk'))
    },
  )

talkTest('each scene, and each step of it, has an address', { scene: 'cut', step: '4' }, async (page) => {
  assert.equal(await place(page), 'cut 4')
  assert.match(await page.title(), /^Cut, and resumed · /)
  const step = (way) => page.evaluate((hash) => void (location.hash = hash), way)
  for (const [hash, expected] of [
    ['present=1&scene=chats&step=99', 'chats 4'],
    ['present=1&scene=cut&step=-1', 'cut 0'],
    ['present=1&scene=cut&step=x', 'cut 0'],
  ]) {
    await step(hash)
    await until(
      page,
      (wanted) => document.querySelectorAll('#talk .told li').length - 1 === wanted,
      Number(expected.split(' ')[1]),
    )
    assert.equal(await place(page), expected)
  }
  await step('present=1&scene=constructor')
  await until(page, () => document.querySelector('#talk h1').textContent === 'A pipe that stays open')
})

talkTest('the language changes with the address, on the stage, too', { scene: 'event', step: '6' }, async (page) => {
  await page.evaluate(() => void (location.hash = location.hash.replace('lang=en', 'lang=zh')))
  await until(page, () => document.querySelector('#talk h1').textContent === '一个事件，到最后一个字节')
  assert.match(await page.$eval('#talk .told li:last-child', ({ textContent }) => textContent), /空行/)
  assert.equal(await page.$eval('html', ({ lang }) => lang), 'zh')
})

labTest('a talk is loaded whole when it is opened, and plays without a network', {}, async (page) => {
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  assert.deepEqual(
    loaded.filter((name) => /scenes|notes/.test(name)),
    [],
  )
  const asked = []
  await page.click('#present')
  await page.waitForSelector('#talk .told li')
  page.on('request', (request) => asked.push(request.url()))
  await page.setOfflineMode(true)
  const seen = await walk(page)
  assert.equal(seen.at(-1), 'chats 4')
  assert.deepEqual(asked, [])
  await page.goBack()
  await until(page, () => !document.querySelector('#talk'))
})

talkTest(
  'the picture is heard as sentences: one for each step, the newest alone is seen',
  { scene: 'pipe' },
  async (page) => {
    await press(page, ' ')
    await press(page, ' ')
    const [picture, live, sentences] = await page.evaluate(() => [
      document.querySelector('#talk .picture[role=img]').ariaLabel,
      document.querySelector('#talk .told').getAttribute('aria-live'),
      [...document.querySelectorAll('#talk .told li')].map((one) => [one.textContent, one.clientHeight > 5]),
    ])
    assert.match(picture, /each POST gets its own 202/)
    assert.equal(live, 'polite')
    assert.deepEqual(
      sentences.map(([, isSeen]) => isSeen),
      [false, false, true],
    )
  },
)

talkTest('the bytes on the stage are those that were recorded', { scene: 'event', step: '6' }, async (page) => {
  const hex = await page.$$eval('#talk .byte small', (cells) => cells.map(({ textContent }) => textContent).join(''))
  const event = Buffer.from(hex, 'hex').toString()
  assert.ok(
    cut.some((row) => row.event === event),
    event,
  )
  await press(page, '5')
  const letters = await page.$$eval('#talk .letter', (all) =>
    all.map(({ children }) => Array.from(children, (line) => line.textContent.replace(/LF$/, '\n')).join('')),
  )
  assert.deepEqual(
    letters,
    chats.map((chat) => chat.event),
  )
})
