// The laboratory in real browsers, under `npm start`: both languages, both themes, every transport, keyboard alone.
// Needs: sdk-v1, chromium, firefox
import assert from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import { startTap } from '../../support/tap.mjs'
import { callFor500Stories, flood, inApp, open, openLaboratory, unfold, until, violations } from './lab-page.mjs'

const TALK = ['bar', 'tool', 'lanes', 'message', 'frames', 'bytes']
const LATER = ['type', 'reconnect', 'chats', 'transports', 'clients']
const PANELS = [...TALK, ...LATER]
const TRANSPORTS = [
  { transport: 'sse', reader: 'EventSource', revision: '2024-11-05' },
  { transport: 'sse', reader: 'fetch', revision: '2025-11-25' },
  { transport: 'http', reader: 'fetch', revision: '2025-03-26' },
  { transport: 'http', reader: 'fetch', revision: '2025-06-18' },
  { transport: 'http', reader: 'fetch', revision: '2025-11-25' },
  { transport: 'stateless', reader: 'fetch', revision: '2026-07-28' },
]

const { labTest, browserOf, url } = openLaboratory()

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

async function callTool(page, name) {
  await page.select('#tool form select', name)
  await page.click('#tool form button[type=submit]')
}

/** The row of the first event of HTTP+SSE. */
const selectEndpoint = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.lane-row.event')].find(({ innerText }) => innerText.includes('endpoint')).click(),
  )

const CHECKS = [
  { kind: 'chrome', lang: 'en', theme: 'light' },
  { kind: 'chrome', lang: 'zh', theme: 'dark' },
  { kind: 'firefox', lang: 'zh', theme: 'light' },
  { kind: 'firefox', lang: 'en', theme: 'dark' },
]
for (const look of CHECKS) {
  const { kind, lang, theme } = look
  labTest(
    `${kind}, ${lang}, ${theme}: every panel has its title, and axe finds nothing, before and after a call`,
    look,
    async (page) => {
      for (const view of LATER) {
        await open(page, view)
        assert.deepEqual(await violations(page), [], view)
      }
      await open(page, 'talk')
      const titles = await page.$$eval('main > section h2', (all) => all.map(({ textContent }) => textContent))
      assert.equal(titles.length, PANELS.length)
      for (const title of titles) assert.match(title, lang === 'zh' ? /[一-鿿]|JSON/ : /^[A-Z][\w ,:-]+$/, title)
      assert.equal(await page.$eval('html', ({ lang: its }) => its), lang)
      assert.deepEqual(await violations(page), [])
      await connect(page)
      await list(page)
      await callTool(page, 'get-hackernews-top-stories')
      await page.waitForSelector('#tool .cards > li')
      assert.deepEqual(await violations(page), [])
    },
  )
}

for (const settings of TRANSPORTS) {
  const { transport, reader, revision } = settings
  for (const kind of transport === 'http' && revision !== '2025-11-25' ? ['chrome'] : ['chrome', 'firefox'])
    labTest(
      `${kind}: ${transport}, ${revision}, ${reader}: connect, list, call, read`,
      { kind, ...settings },
      async (page) => {
        await connect(page)
        assert.equal(await inApp(page, (app) => app.client.revision), revision)
        await list(page)
        await callTool(page, 'get-hackernews-top-stories')
        await page.waitForSelector('#tool .cards > li')
        const titles = await page.$$eval('#tool .cards > li', (all) =>
          all.map(({ innerText }) => innerText.slice(0, 40)),
        )
        assert.equal(titles.length, 11) // ten stories, and the word on the snapshot
        // The frame that answers the call, chosen in the record: bytes and message follow it.
        await unfold(page, 'frames')
        await page.evaluate(() => [...document.querySelectorAll('#frames [role=option]')].at(-1).click())
        const [hasBytes, frame] = await inApp(page, (app) => [app.selected.bytes !== undefined, app.selected.type])
        assert.ok(frame.length > 0)
        const isSeen = reader === 'fetch' || (await inApp(page, (app) => app.selected.exchange.reader)) === 'fetch'
        assert.equal(hasBytes, isSeen)
      },
    )
}

for (const settings of TRANSPORTS.filter(({ reader, revision }) => reader === 'fetch' && revision > '2025-07'))
  nodeTest(`the bytes on the page are those on the wire: ${settings.transport}`, { timeout: 300_000 }, async (t) => {
    const tap = await startTap(t, url())
    const page = await (await browserOf('chrome')).newPage()
    t.after(() => page.close())
    await page.setViewport({ width: 1280, height: 2000 })
    await page.goto(`${tap.base}/lab/#${new URLSearchParams(settings)}`)
    await page.waitForSelector('#bar button')
    await connect(page)
    await list(page)
    await callTool(page, 'get-hackernews-top-stories')
    await page.waitForSelector('#tool .cards > li')
    await unfold(page, 'bytes')
    const seen = await inApp(page, async (app) => {
      const shown = []
      for (const frame of app.record.frames.filter(({ way, bytes }) => way === '↓' && bytes)) {
        app.select(frame)
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const cells = [...document.querySelectorAll('#bytes .rows span span')].filter(({ parentNode }) =>
          parentNode.className.startsWith('h'),
        )
        shown.push([frame.exchange.number, cells.map(({ textContent }) => textContent).join(''), frame.bytes.length])
      }
      return shown
    })
    const wire = tap.bodies().map((body) => Buffer.from(body).toString('hex'))
    assert.ok(seen.length > 2)
    for (const exchange of new Set(seen.map(([number]) => number))) {
      const frames = seen.filter(([number]) => number === exchange)
      // Of long frames the panel draws the rows in sight.
      if (frames.every(([, hex, length]) => hex.length === 2 * length))
        assert.ok(
          wire.some((body) =>
            body.startsWith(
              frames
                .map(([, hex]) => hex)
                .join('')
                .toLowerCase(),
            ),
          ),
          `exchange ${exchange}`,
        )
      for (const [, hex] of frames)
        assert.ok(
          wire.some((body) => body.includes(hex.toLowerCase())),
          hex.slice(0, 80),
        )
    }
  })

labTest(
  'the view of the bytes is the one that is marked, and another one is a click away',
  { reader: 'fetch' },
  async (page) => {
    await connect(page)
    await unfold(page, 'bytes')
    await selectEndpoint(page)
    const marked = () => page.$$eval('#bytes input:checked', (inputs) => inputs.map(({ value }) => value))
    assert.deepEqual(await marked(), ['both'])
    await page.click('#bytes input[value=spoken]')
    await until(page, () => location.hash.includes('bytes=spoken'))
    assert.deepEqual(await marked(), ['spoken'])
    assert.match(await page.$eval('#bytes', ({ innerText }) => innerText), /blank line|line feed/i)
  },
)

labTest(
  'EventSource hides the bytes: the detail says so, shows none, and one press reads with fetch instead',
  { reader: 'EventSource' },
  async (page) => {
    await connect(page)
    await selectEndpoint(page)
    assert.equal(await inApp(page, (app) => app.selected.bytes), undefined)
    assert.equal(await page.$('#message .annotated'), null)
    const detail = () => page.$eval('#message', ({ innerText }) => innerText)
    assert.match(await detail(), /EventSource hides the bytes/)
    await page.$eval('#message .http summary', (summary) => summary.click())
    assert.match(await detail(), /Status line and headers of the response: not seen by EventSource/)
    const states = await page.$$eval('.lane-row.state', (rows) => rows.map(({ innerText }) => innerText))
    assert.ok(states.length > 0)
    for (const state of states) assert.doesNotMatch(state, / B\b/, 'what was never on the wire has no bytes')
    await page.click('#message [data-word="bytes.fetch"]')
    await until(page, () => document.querySelectorAll('.lane-row.accepted').length === 2)
    assert.equal(await inApp(page, (app) => app.isFollowing), true, 'another conversation is followed')
    await selectEndpoint(page)
    assert.match(await detail(), /event\s+field name[^]*endpoint[^]*blank line = dispatch/)
  },
)

labTest('a head that is selected shows status line and headers, as the page knows them', {}, async (page) => {
  await connect(page)
  const detail = () => page.$eval('#message', ({ innerText }) => innerText)
  await page.click('.lane-row.head .lane-note')
  assert.match(await detail(), /200 OK/)
  assert.match(await detail(), /content-type: text\/event-stream/)
  assert.match(await detail(), /GET \S*\/sse/)
  assert.equal(await page.$('#message .annotated'), null, 'no bytes are made up')
  await page.click('.lane-row.accepted .lane-note')
  assert.match(await detail(), /202 Accepted/)
  assert.match(await detail(), /It is not the answer/)
  assert.match(await detail(), /POST \S*\/messages/)
})

labTest(
  'a tool that asks says which protocol version to choose, where this one cannot ask; one press connects with it',
  {},
  async (page) => {
    for (const [lang, says] of [
      ['en', /Protocol version 2024-11-05 has no request for that .* choose 2025-06-18 or a later one/],
      ['zh', /协议版本 2024-11-05 没有这种请求.*请选 2025-06-18 或更新的版本/],
    ]) {
      await connect(page)
      await list(page)
      await page.select('#tool form select', 'order-coffee')
      if (lang === 'zh') await page.click('#language')
      await until(page, (wanted) => document.documentElement.lang === wanted, lang)
      assert.match(await page.$eval('#tool form', ({ innerText }) => innerText), says)
      await page.click('#tool [data-word="tool.anew"]')
      await until(page, async () => (await import('/lab/main.js')).app.client.revision === '2025-11-25')
      // The tools are listed again by themselves, and the tool is still chosen: the call is the next press.
      await until(page, () => document.activeElement?.textContent === 'tools/call')
      assert.equal(await page.$eval('#tool form select', ({ value }) => value), 'order-coffee')
      assert.equal(await page.$eval('#tool [data-word="tool.anew"]', ({ hidden }) => hidden), true)
      await page.evaluate(() => (location.hash = location.hash.replace(/&?revision=[^&]*/, '')))
      await page.click('#bar [data-key="c"]')
      await until(page, () => document.querySelector('#bar b').className === 'closed')
    }
  },
)

for (const [settings, how] of [
  [{ transport: 'http', reader: 'fetch', revision: '2025-11-25' }, /on the|stream/],
  [{ transport: 'stateless', reader: 'fetch', revision: '2026-07-28' }, /input_required/],
]) {
  labTest(`a tool asks the user, and the dialog answers: ${settings.revision}`, settings, async (page) => {
    await connect(page)
    await list(page)
    await callTool(page, 'order-coffee')
    await page.waitForSelector('dialog[open] form .why')
    assert.match(await page.$eval('dialog[open]', ({ innerText }) => innerText), how)
    assert.deepEqual(await violations(page), [])
    await page.click('dialog[open] button[type=submit]')
    await until(page, () => document.querySelector('#tool .cards > li')?.innerText.includes('coffee'))
    assert.equal(await page.$('dialog[open]:not(#keys)'), null)
  })

  labTest(`a tool asks the model, and the reader plays it: ${settings.revision}`, settings, async (page) => {
    await connect(page)
    await list(page)
    await page.select('#tool form select', 'summarise')
    await page.type('#tool form input[type=text], #tool form textarea', 'SSE is one response that never ends.')
    await page.click('#tool form button[type=submit]')
    await page.waitForSelector('dialog[open] textarea')
    await page.type('dialog[open] textarea', 'A stream.')
    await page.click('dialog[open] button[type=submit]')
    await until(page, () => document.querySelector('#tool .cards > li')?.innerText.includes('A stream.'))
  })
}

labTest('what is sent wrong on purpose is refused by a sentence of the server', {}, async (page) => {
  await connect(page)
  await list(page)
  const count = await page.$$eval('#tool form label:has(+ .why) select option', (all) => all.length)
  assert.ok(count > 3)
  for (let at = 1; at < count; at++) {
    await page.$eval(
      '#tool form label:has(+ .why) select',
      (select, index) => {
        select.selectedIndex = index
        select.dispatchEvent(new Event('input', { bubbles: true }))
        select.dispatchEvent(new Event('change', { bubbles: true }))
      },
      at,
    )
    const before = await inApp(page, (app) => app.record.totals.frames)
    await page.click('#tool form button[type=submit]')
    await until(page, async (seen) => (await import('/lab/main.js')).app.record.totals.frames >= seen + 2, before)
    const isAnswer = ({ way, message }) => way === '↓' && message?.id !== undefined
    await until(
      page,
      async (seen) =>
        (await import('/lab/main.js')).app.record.frames.some(
          (one) => one.number > seen && one.way === '↓' && one.message,
        ),
      before,
    )
    const { result, error } = await inApp(page, `(app) => app.record.frames.findLast(${isAnswer}).message`)
    // The last one names a tool that is not there: that is an error of the protocol, not of a tool.
    if (at === count - 1) assert.equal(error.code, -32602)
    else assert.equal(result.isError, true)
    assert.ok((error?.message ?? result.content[0].text).length > 10)
  }
})

/** Goes there by Tab; on the way the focus is always seen. */
async function focusOn(page, selector) {
  for (let presses = 0; presses < 120; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
      return document.activeElement === document.body ? 'lost' : `${outlineStyle} ${outlineWidth}`
    })
    assert.doesNotMatch(outline, /none|lost| 0px/, `after ${presses} tabs to ${selector}`)
  }
  assert.fail(`Tab never reaches ${selector}`)
}

labTest('keyboard alone: connect, list, call, choose a frame, read its bytes', {}, async (page) => {
  await page.keyboard.press('c')
  await until(
    page,
    () => document.querySelector('#bar b').className === 'open' && !document.querySelector('#tool > button').disabled,
  )
  await focusOn(page, '#tool > button')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#tool form:not([hidden])')
  await focusOn(page, '#tool form button[type=submit]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#tool .cards > li')
  await focusOn(page, '#frames summary')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#frames [role=option]')
  await focusOn(page, '#frames [role=option]')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  assert.equal(await inApp(page, (app) => app.selected.number), 4)
  await page.keyboard.press('End')
  assert.equal(await inApp(page, (app) => app.selected === app.record.frames.at(-1)), true)
  await page.keyboard.press('/')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'filter')
  await page.keyboard.type('/initialize')
  assert.equal(await page.$eval('#filter', ({ value }) => value), '/initialize', 'a letter in a field is a letter')
})

labTest(
  'keyboard alone, in the views: cut a stream, walk through bytes',
  { noise: /INCOMPLETE_CHUNKED/ },
  async (page) => {
    await focusOn(page, 'nav a[data-view=reconnect]')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-word="reconnect.start"]')
    await focusOn(page, '[data-word="reconnect.start"]')
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelectorAll('.squares .live').length > 1)
    await focusOn(page, '[data-word="reconnect.cut"]')
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelector('.squares .replayed'))
    await page.focus('nav a[data-view=chats]')
    await page.keyboard.press('Enter')
    await until(page, () => Number(document.querySelector('#chat-bytes')?.max) > 0)
    await focusOn(page, '#chat-bytes')
    await page.keyboard.press('ArrowRight')
    await until(page, () => document.querySelectorAll('#chats li.half').length === 4)
    await page.keyboard.press('s')
    await until(page, () => document.querySelector('#chats .ctl.last'))
    await page.focus('nav a[data-view=clients]')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#clients select')
    await focusOn(page, '#clients select')
  },
)

for (const look of CHECKS.filter(({ kind }) => kind === 'chrome'))
  labTest(
    `${look.lang}, ${look.theme}: axe finds nothing in the views when they are used, nor in what was folded`,
    { ...look, noise: /INCOMPLETE_CHUNKED/ },
    async (page) => {
      await connect(page)
      for (const name of ['frames', 'bytes']) await unfold(page, name)
      for (const row of ['event', 'accepted', 'head']) {
        await page.$eval(`.lane-row.${row}`, (one) => one.click())
        assert.deepEqual(await violations(page), [], row)
      }
      await open(page, 'reconnect')
      await page.click('[data-word="reconnect.start"]')
      await until(page, () => document.querySelectorAll('.squares .live').length > 1)
      await page.click('[data-word="reconnect.cut"]')
      await until(page, () => document.querySelector('.squares .replayed'))
      await page.$$eval('#reconnect details', (all) => all.forEach((one) => (one.open = true)))
      assert.deepEqual(await violations(page), [], 'reconnect')
      await open(page, 'chats')
      await until(page, () => Number(document.querySelector('#chat-bytes').max) > 0)
      await page.keyboard.press('s')
      await until(page, () => document.querySelector('#chats .ctl.last'))
      assert.deepEqual(await violations(page), [], 'chats')
      await open(page, 'transports')
      await page.click('#transports button')
      await until(page, () => document.querySelector('#transports button:enabled'))
      assert.deepEqual(await violations(page), [], 'transports')
    },
  )

labTest('from 320 px to 1920 px no view is wider than the window', {}, async (page) => {
  for (const view of ['talk', ...LATER]) {
    await open(page, view)
    for (const width of [320, 390, 640, 1024, 1280, 1920]) {
      await page.setViewport({ width, height: 800 })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wide <= width, `${view}: ${wide} px in ${width}`)
    }
  }
})

for (const [name, width, height] of [
  ['320 px', 320, 640],
  ['200 % zoom', 640, 450],
])
  labTest(
    `${name}: nothing is wider than the window`,
    { width, height, transport: 'sse', reader: 'fetch' },
    async (page) => {
      await connect(page)
      await list(page)
      await callTool(page, 'get-hackernews-top-stories')
      await page.waitForSelector('#tool .cards > li')
      for (const name of ['frames', 'bytes']) await unfold(page, name)
      await page.evaluate(() => [...document.querySelectorAll('#frames [role=option]')].at(-1).click())
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
      assert.ok(wide[0] <= wide[1], `${wide[0]} px in ${wide[1]}`)
    },
  )

labTest(
  'the reconnect lab: a real cut, a GET with Last-Event-ID, and no tick is lost',
  { noise: /INCOMPLETE_CHUNKED|ERR_/ },
  async (page) => {
    await open(page, 'reconnect')
    await page.click('[data-word="reconnect.start"]')
    await until(page, () => document.querySelectorAll('.squares .live').length > 2)
    await page.click('[data-word="reconnect.cut"]')
    await until(page, () => document.querySelectorAll('.squares .replayed').length > 1)
    assert.equal(await page.$('.squares .lost'), null)
    assert.match(await page.$eval('#reconnect .lead', ({ innerText }) => innerText), /with Last-Event-ID: \d+/)
    // Drawn as a cut: a torn sheet, how long nobody listened, what the GET sent, and what came again.
    const drawn = await page.$eval('.manuscript', (element) => ({
      tears: element.querySelectorAll('.tear').length,
      gaps: [...element.querySelectorAll('.sheet > .gap')].map(({ innerText }) => innerText),
      sent: [...element.querySelectorAll('.sent')].map(({ innerText }) => innerText),
      replayed: element.querySelectorAll('.paper .replayed').length,
    }))
    assert.deepEqual([drawn.tears, drawn.gaps.length, drawn.sent.length], [1, 1, 1])
    assert.match(drawn.gaps[0], /^\d+\.\d s without a stream: retry$/)
    assert.match(drawn.sent[0], /^Last-Event-ID: \d+$/)
    assert.ok(drawn.replayed > 1)
  },
)

labTest(
  'the same cut on MCP: a new session, and 404 from the old endpoint',
  { noise: /INCOMPLETE_CHUNKED|404/ },
  async (page) => {
    await open(page, 'reconnect')
    await page.click('[data-word="reconnect.onMcp"]')
    await page.click('[data-word="reconnect.mcp"]')
    await until(page, () => /404, .Unknown session/.test(document.querySelector('#reconnect').innerText))
  },
)

labTest('the chats are folded to their texts, and a cut inside a character harms nothing', {}, async (page) => {
  const { streams } = await (await fetch(`${url()}/lab/api/chats`)).json()
  await open(page, 'chats')
  await page.evaluate(() => {
    document.querySelector('#chats input[type=checkbox]').click()
    document.querySelector('#chats input[type=number]').value = '10000'
    document.querySelector('#chats button').click()
  })
  await until(
    page,
    (texts) => [...document.querySelectorAll('.said')].every(({ textContent }, at) => textContent === texts[at]),
    streams.map(({ text }) => text),
  )
})

labTest('the chats come byte by byte: the text grows with the blank line, and not a byte earlier', {}, async (page) => {
  await open(page, 'chats')
  await until(page, () => Number(document.querySelector('#chat-bytes').max) > 0)
  const first = () =>
    page.$eval('.chats > div', (column) => ({
      text: column.querySelector('.said').textContent,
      events: column.querySelectorAll('li:not(.half)').length,
      ends: column.querySelectorAll('.ctl.last').length,
    }))
  const to = (bytes) =>
    page.$eval(
      '#chat-bytes',
      (slider, value) => {
        slider.value = value
        slider.dispatchEvent(new Event('input', { bubbles: true }))
      },
      `${bytes}`,
    )
  const wire = await page.evaluate(async () => (await fetch('api/chat?style=chatgpt&delay=20')).text())
  const end = wire.indexOf('\n\n') + 2 // ASCII alone
  await to(end - 1)
  await until(page, () => document.querySelector('.chats > div .half'))
  assert.deepEqual(await first(), { text: '', events: 0, ends: 0 })
  await page.click('[data-word="chats.byte"]')
  await until(page, () => document.querySelector('.chats > div .said').textContent !== '')
  const { events, ends } = await first()
  assert.deepEqual([events, ends], [1, 1], 'the blank line is drawn, and filled: it ends the event')
})

/** Whether the middle of each of these is in view: inside the window, and nothing lies over it. */
const inView = (page, selector) =>
  page.$$eval(selector, (all) =>
    all.map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect()
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      return hit !== null && (one.contains(hit) || hit.contains(one))
    }),
  )

for (const kind of ['chrome', 'firefox'])
  for (const [width, height] of [
    [1280, 800],
    [1920, 1080],
  ])
    labTest(
      `${kind}, ${width} × ${height}: the button, the arrows of the call and the bytes of its answer are in view together`,
      { kind, width, height },
      async (page) => {
        await page.click('#tool .steps button')
        for (const step of [2, 3]) {
          await page.waitForSelector(`#tool .steps li:nth-child(${step}) button:enabled`)
          const focused = await page.evaluate(() => document.activeElement.textContent)
          assert.equal(focused, ['initialize', 'notifications/initialized'][step - 2], 'the next step takes the focus')
          await page.keyboard.press('Enter')
        }
        await page.waitForSelector('#tool > button:enabled')
        await list(page)
        await callTool(page, 'get-hackernews-top-stories')
        await page.waitForSelector('#tool .cards > li')
        await until(page, () => document.querySelector('#message .annotated .does'))
        assert.deepEqual(await inView(page, '#tool form button[type=submit]'), [true])
        const call = await inView(page, '.lane-row.lit .lane-note')
        assert.ok(call.length >= 2, `${call.length} rows of the call`)
        assert.ok(!call.includes(false))
        const arrows = await page.$$eval('.arrow.lit', (all) =>
          all.map((arrow) => {
            const [own, box] = [arrow, arrow.closest('.scroll')].map((one) => one.getBoundingClientRect())
            const isInside = own.top >= box.top && own.bottom <= Math.min(box.bottom, innerHeight)
            return isInside && own.left >= box.left && own.right <= Math.min(box.right, innerWidth)
          }),
        )
        assert.deepEqual([...new Set(arrows)], [true], 'the arrows of the call are whole in view')
        assert.ok(arrows.length >= 2, `${arrows.length} arrows`)
        assert.ok(!(await inView(page, '#message .annotated > li')).includes(false))
        assert.match(await page.$eval('#message', ({ innerText }) => innerText), /blank line = dispatch/)
        const colours = await page.$$eval('.lane-row.lit', (rows) =>
          rows.map((row) => getComputedStyle(row).getPropertyValue('--v')),
        )
        assert.equal(new Set(colours).size, 1, 'a request and its answer share a colour')
      },
    )

labTest('390 × 844: the newest event is in view after each press', { width: 390, height: 844 }, async (page) => {
  const newest = async () => {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
    assert.deepEqual(await inView(page, '.lane-row[aria-selected=true] .lane-note'), [true])
  }
  await page.click('#tool .steps .now button')
  for (const step of [2, 3]) {
    await page.waitForSelector(`#tool .steps .now:nth-child(${step}) button:enabled`)
    await newest()
    await page.click('#tool .steps .now button')
  }
  await page.waitForSelector('#tool > button:enabled')
  await newest()
  await page.click('#tool > button')
  await page.waitForSelector('#tool form:not([hidden])')
  await newest()
  await page.click('#tool form button[type=submit]')
  await page.waitForSelector('#tool .cards > li')
  await newest()
})

labTest('it follows the newest until somebody selects another, and again when asked', {}, async (page) => {
  await connect(page)
  const isNewest = () => inApp(page, (app) => app.isFollowing)
  assert.equal(await isNewest(), true)
  await page.click('.lane-row.event .lane-note')
  assert.equal(await isNewest(), false)
  const chosen = await inApp(page, (app) => app.selected.number)
  await list(page)
  assert.equal(await inApp(page, (app) => app.selected.number), chosen)
  await page.click('[data-word="lanes.follow"]')
  assert.equal(await isNewest(), true)
  assert.notEqual(await inApp(page, (app) => app.selected.number), chosen)
})

labTest(
  'type your own stream: the cut shows which byte ends an event, and which rule ignored a line',
  { view: 'type', width: 1280, height: 800 },
  async (page) => {
    const own = () => page.$eval('#type', ({ innerText }) => innerText)
    await page.waitForSelector('#type .rules li')
    assert.match(await page.title(), /^Type your own stream · /)
    assert.ok(await page.$eval('#type .events', (list) => list.getBoundingClientRect().top < innerHeight))
    const requests = []
    page.on('request', (request) => requests.push(request.url()))

    await page.evaluate(() => document.querySelector('#type [data-word="type.wrong"]').click())
    assert.match(await own(), /letter by letter/)
    assert.match(await own(), /ASCII digits only/)
    assert.equal((await page.$$('#type .events b')).length, 1)

    // The keys of the slider: one byte back, and the event is gone.
    await page.focus('#cut')
    await page.keyboard.press('ArrowLeft')
    assert.match(await own(), /If the stream ends here, what is held is thrown away/)
    assert.equal((await page.$$('#type .events b')).length, 0)
    await page.keyboard.press('ArrowRight')
    assert.match(await own(), /Byte \d+, 0A, dispatched event 1/)

    await page.focus('#type textarea')
    await page.keyboard.down('Control')
    await page.keyboard.press('a')
    await page.keyboard.up('Control')
    await page.keyboard.type('id: 7\ndata: 你')
    assert.match(await own(), /line so far\s+"data: 你"/)
    assert.match(await own(), /last event ID buffer\s+"7"\s+last event ID\s+""/)
    await page.focus('#cut')
    await page.keyboard.press('ArrowLeft')
    assert.match(await own(), /half a character\s+E4 BD/)
    assert.deepEqual(requests, [])
  },
)

labTest('three transports do the same two tasks', {}, async (page) => {
  await open(page, 'transports')
  await page.click('#transports button')
  await until(page, () => document.querySelectorAll('#transports th[scope=col]').length === 3)
  const seen = await page.$eval('#transports', ({ innerText }) => innerText)
  assert.doesNotMatch(seen, /✗/)
  assert.match(seen, /initialize, initialized, tools\/list, tools\/call, DELETE/, 'what is counted')
})

labTest('no page shows the laboratory in a frame, and nothing in it comes from elsewhere', {}, async () => {
  const { headers } = await fetch(`${url()}/lab/`)
  assert.match(
    headers.get('content-security-policy'),
    /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/,
  )
  assert.doesNotMatch(headers.get('content-security-policy'), /unsafe/)
})

labTest('the first view loads at most 80 kB, over the wire; the rest when it is opened', {}, async (page) => {
  const loaded = new Map()
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url())
    loaded.set(pathname, Number(response.headers()['content-length'] ?? 0))
  })
  await page.goto('about:blank')
  await page.goto(`${url()}/lab/#lang=en`, { waitUntil: 'networkidle0' })
  const whole = [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0)
  assert.ok(loaded.has('/tokens.css') && loaded.has('/lab/main.js'))
  assert.ok(!loaded.has('/lab/mcp-client.js') && !loaded.has('/lab/type.js'))
  assert.ok(whole <= 80_000, `${whole} bytes: ${JSON.stringify([...loaded])}`)
})

labTest(
  'a flood: none of 10,000 frames is lost, one drawing for each frame of the screen, and nothing is left behind',
  {},
  async (page) => {
    await connect(page)
    const heap = async () => {
      const session = await page.createCDPSession()
      await session.send('HeapProfiler.collectGarbage')
      return (await page.metrics()).JSHeapUsedSize
    }
    /** What is there now: bytes of the heap, elements, listeners. */
    const held = async () => {
      const bytes = await heap()
      const { JSEventListeners: listeners } = await page.metrics()
      return { bytes, listeners, elements: await page.evaluate(() => document.querySelectorAll('*').length) }
    }
    await inApp(page, (app) => {
      globalThis.drawings = globalThis.came = 0
      app.addEventListener('record', () => globalThis.drawings++)
      app.record.listen((frame) => (globalThis.came += /^\{"n":\d+\}$/.test(frame?.text)))
    })
    await flood(page, 100)
    assert.equal(await page.evaluate(() => globalThis.came), 10_000)
    const drawings = await page.evaluate(() => globalThis.drawings)
    assert.ok(
      drawings <= 110,
      `${drawings} drawings of 10,000 frames: one for each frame of the screen, not one for each event`,
    )
    assert.ok((await page.$$('.lane-row')).length <= 60)
    const once = await held()
    await flood(page, 100)
    const twice = await held()
    assert.ok(twice.elements - once.elements < 20, `${once.elements} elements, then ${twice.elements}`)
    assert.ok(twice.listeners - once.listeners < 20, `${once.listeners} listeners, then ${twice.listeners}`)
    const grown = (twice.bytes - once.bytes) / 1e6
    assert.ok(grown < 4, `${grown.toFixed(1)} MB more after 20,000 frames than after 10,000`)
  },
)

labTest(
  '500 stories are one frame of over 100 kB, which is shown',
  { transport: 'sse', reader: 'fetch' },
  async (page) => {
    await connect(page)
    const number = await callFor500Stories(page)
    await unfold(page, 'bytes')
    await inApp(page, (app, given) => app.select(app.record.frames.find((one) => one.number === given)), number)
    await until(page, () => document.querySelectorAll('#bytes .rows > div').length > 3)
    assert.match(await page.$eval('#bytes summary + p', ({ innerText }) => innerText), /1\d\d,\d{3}/)
  },
)
