// The picture of the small client: what is in view after each press, slow motion, progress, and what a reader is told.
// Needs: sdk-v1, chromium, firefox
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test as nodeTest } from 'node:test'
import { startTap } from '../../support/tap.mjs'
import { serve, startProduct } from './server.mjs'
import {
  arrive,
  call,
  createBrowsers,
  drawn,
  NEWS,
  press,
  says,
  textOf,
  textsOf,
  until,
  violations,
  withPage,
} from './small-page.mjs'

const { site } = await import(new URL('../../../dist/app/site.js', import.meta.url).href)

const browsers = createBrowsers()
let product
before(async () => (product = await startProduct()))
after(async () => {
  await browsers.close()
  await product?.close()
})

const test = (name, run) => nodeTest(name, { timeout: 240_000 }, run)
const pageTest = (name, look, run) => test(name, () => withPage(browsers, product.url, look, run))

/** Which of these elements are not wholly in the window. */
const hidden = (page, ...selectors) =>
  page.evaluate(
    (all) =>
      all.filter((selector) => {
        const { top, bottom, left, right, height } = document.querySelector(selector).getBoundingClientRect()
        return height === 0 || top < 0 || left < 0 || bottom > innerHeight || right > innerWidth
      }),
    selectors,
  )

const NEWEST = '#newest .line:last-of-type'
const LOOKS = [
  { kind: 'chrome', lang: 'en', theme: 'light' },
  { kind: 'chrome', lang: 'zh', theme: 'dark' },
  { kind: 'firefox', lang: 'zh', theme: 'light' },
  { kind: 'firefox', lang: 'en', theme: 'dark' },
]

for (const look of LOOKS)
  pageTest(
    `${look.kind}, ${look.lang}, ${look.theme}: axe finds nothing, before and after the conversation`,
    look,
    async (page) => {
      assert.deepEqual(await violations(page), [])
      await arrive(page)
      await drawn(page)
      assert.deepEqual(await violations(page), [])
      await call(page, { amount: '3' }, 'blocks')
      await drawn(page)
      assert.deepEqual(await violations(page), [])
    },
  )

for (const kind of ['chrome', 'firefox'])
  for (const [width, height] of [
    [1280, 800],
    [1920, 1080],
  ])
    for (const lang of ['en', 'zh'])
      pageTest(
        `${kind}, ${lang}, ${width}×${height}: the pressed button, the picture and the newest are in view together`,
        { kind, lang, width, height },
        async (page) => {
          const inView = async (button) => {
            await drawn(page)
            assert.deepEqual(await hidden(page, button, '#picture', NEWEST), [], `after ${button}`)
            assert.equal(await page.evaluate(() => scrollY), 0)
          }
          await page.click('#connect')
          await says(page, 'news', 'endpointNews')
          await inView('#connect')
          for (const [step, word] of NEWS.entries()) {
            await press(page, step)
            await says(page, 'news', word)
            await inView(`#steps li:nth-child(${step + 2}) > button`)
          }
          await press(page, 3)
          await says(page, 'news', 'callNews')
          await inView('#steps li:nth-child(5) > button')
          assert.match(await textOf(page, '#newest'), /"id":2/)
        },
      )

pageTest('on a phone the newest event is in view after each press', { width: 390, height: 844 }, async (page) => {
  const inView = async () => {
    await drawn(page)
    assert.deepEqual(await hidden(page, '#picture', '.pile > :first-child', NEWEST), [])
  }
  await page.click('#connect')
  await says(page, 'news', 'endpointNews')
  await inView()
  for (const [step, word] of [...NEWS, 'callNews'].entries()) {
    await press(page, step)
    await says(page, 'news', word)
    await inView()
  }
})

for (const lang of ['en', 'zh'])
  pageTest(
    `${lang}: before the first press the picture shows the idea, and nothing is empty`,
    { lang },
    async (page) => {
      const idea = await page.$$eval('#picture .idea > *', (all) =>
        all.filter((each) => each.checkVisibility()).map(({ textContent }) => textContent),
      )
      assert.equal(idea.length, 6)
      assert.match(idea.join(' '), lang === 'en' ? /received, not the answer/ : /收到，不是答复/)
      assert.deepEqual(await hidden(page, '#picture', '#connect', '.laboratory a'), [])
      await page.click('#connect')
      await says(page, 'news', 'endpointNews')
      assert.equal(await page.$eval('#picture .idea', (each) => each.checkVisibility()), false)
    },
  )

pageTest(
  'POSTs stand on the left with a small grey 202, answers in the pipe in the colour of their request',
  {},
  async (page) => {
    await arrive(page)
    await call(page, { amount: '3' }, 'blocks')
    await until(page, () => document.querySelectorAll('.arrow .back:not(:empty)').length === 4)
    assert.deepEqual(await textsOf(page, '.arrow .label'), ['initialize', 'initialized', 'tools/list', 'tools/call'])
    assert.deepEqual(
      await textsOf(page, '.pile .label'),
      ['result', 'result', 'result', 'endpoint'],
      'the newest on top',
    )
    assert.match(await textOf(page, '.arrow:last-child .back'), /^202 \+\d+ ms: received, not the answer$/)
    const colours = (selector) =>
      page.$$eval(selector, (all) => all.map((each) => getComputedStyle(each).backgroundColor))
    const asked = await colours('.arrow .badge')
    assert.equal(new Set(asked).size, 3)
    assert.deepEqual(await colours('.pile .answer'), asked.toReversed())
    assert.deepEqual(await page.$$eval('.arrow', (all) => all.map((each) => each.classList.contains('answered'))), [
      true,
      false,
      true,
      true,
    ])
    for (const after of await textsOf(page, '.pile .after')) assert.match(after, /^\+\d+ ms$/)
  },
)

pageTest('"open" has the colour of the server, and an error that of faults', {}, async (page) => {
  const colours = (selector, role) =>
    page.$eval(
      selector,
      (element, name) => {
        const probe = document.body.appendChild(document.createElement('i'))
        probe.style.color = `var(--${name})`
        const wanted = getComputedStyle(probe).color
        probe.remove()
        return [getComputedStyle(element).color, wanted]
      },
      role,
    )
  await arrive(page)
  const [open, server] = await colours('#state', 'server')
  assert.equal(open, server)
  await call(page, { amount: '501' }, 'toolError')
  const [error, fault] = await colours('#news', 'fault')
  assert.equal(error, fault)
})

for (const kind of ['chrome', 'firefox'])
  pageTest(
    `${kind}: step by step, one thing is drawn for each press of the same button`,
    { kind, speed: 'step' },
    async (page) => {
      const waits = (count) => until(page, (n) => document.getElementById('next').dataset.values === `[${n}]`, count)
      const rows = () => page.$$eval('#frames > li', (all) => all.length)
      await page.click('#connect')
      await waits(2)
      assert.equal(await rows(), 2, 'the GET and that it is on its way')
      assert.equal(await textOf(page, '#endpoint'), '–')
      await page.click('#connect')
      assert.equal(await page.$eval('#state', (state) => state.className), 'open')
      await page.click('#next')
      await says(page, 'news', 'endpointNews')
      await waits(0)

      await press(page, 0)
      await waits(2)
      assert.deepEqual(await textsOf(page, '#frames .status'), ['', '', '', '', ''], 'the 202 is not drawn yet')
      const order = []
      for (const left of [1, 0]) {
        await (left === 1 ? press(page, 0) : page.click('#next')) // it is disabled where the answer was the first of the two
        await waits(left)
        await drawn(page)
        order.push(
          await page.evaluate(() => [
            document.querySelectorAll('.pile .answer').length,
            document.querySelectorAll('.back:not(:empty)').length,
          ]),
        )
      }
      assert.deepEqual(order.at(-1), [1, 1])
      assert.equal(order[0][0] + order[0][1], 1, 'one of the two, as it came')
      await says(page, 'news', 'initializeNews')
      const times = (await textsOf(page, '#frames .time')).map((text) => Number(/^(\d+) ms$/.exec(text)[1]))
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      )
    },
  )

pageTest('the speed is a setting of the address, and ×1 draws what waits', { speed: 'step' }, async (page) => {
  await page.click('#connect')
  await until(page, () => document.getElementById('next').dataset.values === '[2]')
  await page.click('#speed input[value="1"]')
  await says(page, 'news', 'endpointNews')
  assert.match(await page.evaluate(() => location.hash), /speed=1/)
  assert.equal(await page.$eval('#next', (next) => next.checkVisibility()), false)
})

pageTest('in slow motion the conversation comes to the same end', { speed: '0.1' }, async (page) => {
  await arrive(page)
  await call(page, { amount: '3' }, 'blocks')
  assert.equal((await page.$$('#result .story')).length, 3)
  assert.deepEqual(await textsOf(page, '.pile .label'), ['result', 'result', 'result', 'endpoint'])
})

test('what is shown is what crossed the wire: events, bodies, sizes', async (t) => {
  const tap = await startTap(t, product.url)
  await withPage(browsers, tap.base, { noise: /ERR_|Failed to load/ }, async (page) => {
    await arrive(page)
    await call(page, { amount: '3' }, 'blocks')
    const stream = tap.bodies().find((body) => body.startsWith('event: endpoint\n'))
    const events = [...stream.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)].map(([, type, data]) => ({ type, data }))
    const shown = await page.$$eval('#frames > li', (all) =>
      all
        .filter((row) => row.querySelector('.way').textContent === '↓')
        .map((row) => {
          row.querySelector('details').open = true
          return { type: row.querySelector('.type').textContent, data: row.querySelector('.data').textContent }
        }),
    )
    assert.deepEqual(
      shown,
      events.map(({ type, data }) => ({ type, data: data.slice(0, 300) })),
    )
    const { data } = events.at(-1)
    const newest = await textOf(page, '#newest')
    assert.ok(newest.includes(data.slice(0, 200)) && newest.includes(data.slice(-50)))
    assert.ok(newest.includes(`${Buffer.byteLength(data).toLocaleString('en')} B`))
  })
})

test('`/` loads at most 60 kB of HTML, CSS and JS', async (t) => {
  const tap = await startTap(t, product.url)
  await withPage(browsers, tap.base, { noise: /ERR_/ }, async (page) => {
    await page.waitForNetworkIdle()
    const bodies = tap.bodies().filter((body) => !/^\{"course"|^<svg/.test(body))
    const sizes = bodies.map((body) => Buffer.byteLength(body))
    const whole = sizes.reduce((sum, size) => sum + size, 0)
    t.diagnostic(`${whole.toLocaleString('en')} bytes in ${sizes.length} responses`)
    assert.ok(sizes.length >= 10 && whole <= 60_000, `${whole} bytes`)
  })
})

/** A server that says what the test wants, with the page of ours. */
async function startStandIn(t, onPost) {
  let stream
  const say = (text) => stream.write(text)
  const server = createServer(async (request, response) => {
    if (request.url === '/sse') {
      stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      return void say('event: endpoint\ndata: /messages?sessionId=1\n\n')
    }
    if (request.method !== 'POST') return site(request, response)
    response.writeHead(202).end('Accepted')
    onPost(JSON.parse(Buffer.concat(await request.toArray()).toString()), say)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}

test('control characters are boxes with their names, not glyphs', async (t) => {
  const url = await startStandIn(t, ({ id }, say) =>
    say(`event: message\ndata: {"jsonrpc":"2.0","id":${id},\ndata: \t"error":{"code":1,"message":"no"}}\n\n`),
  )
  await withPage(browsers, url, {}, async (page) => {
    await page.click('#connect')
    await says(page, 'news', 'endpointNews')
    await press(page, 0)
    await says(page, 'news', 'rpcError')
    assert.deepEqual(await textsOf(page, '#newest .ctl'), ['LF', 'TAB'])
    assert.deepEqual(await textsOf(page, '#frames .ctl'), ['LF', 'TAB'])
    assert.ok(await page.$eval('#newest .ctl', (box) => Number.parseFloat(getComputedStyle(box).borderTopWidth) >= 1))
  })
})

for (const lang of ['en', 'zh'])
  pageTest(
    `${lang}: at the second address a slow tool reports progress: several messages for one request`,
    { lang },
    async (page) => {
      await until(page, () => document.querySelector('#addresses').checkVisibility())
      assert.deepEqual(await textsOf(page, '#addresses code'), ['/sse', '/lab/tools/sse'])
      await page.click('#addresses input[value="/lab/tools/sse"]')
      await arrive(page)
      assert.match(await textOf(page, '#endpoint'), /^\/lab\/tools\/messages\?sessionId=/)
      assert.ok((await textsOf(page, '#tools option')).includes('get-hackernews-top-stories'))
      await call(page, { steps: '3', pauseMs: '10' }, 'blocks')
      await drawn(page)
      assert.equal(await textOf(page, '#result'), 'Counted to 3.')
      assert.deepEqual(await textsOf(page, '.pile .label'), [
        'result',
        'progress 3/3',
        'progress 2/3',
        'progress 1/3',
        'result',
        'result',
        'endpoint',
      ])
      assert.equal(new Set(await textsOf(page, '.pile > :nth-child(-n+4) .badge')).size, 1)
      assert.equal(await page.$$eval('.arrow[data-request="2"]', (all) => all.length), 1, 'one request')
      assert.equal(await page.$eval('#news', ({ dataset }) => `${dataset.word} ${dataset.values}`), 'severalNews [4,3]')
    },
  )

pageTest('step by step, progress is told before the answer is there', { speed: 'step' }, async (page) => {
  await until(page, () => document.querySelector('#addresses').checkVisibility())
  await page.click('#addresses input[value="/lab/tools/sse"]')
  await page.click('#speed input[value="1"]')
  await arrive(page)
  await page.click('#fields input[name="steps"]', { count: 3 })
  await page.keyboard.type('2')
  await page.click('#fields input[name="pauseMs"]', { count: 3 })
  await page.keyboard.type('10')
  await page.click('#speed input[value="step"]')
  await press(page, 3)
  await until(page, () => document.getElementById('next').dataset.values === '[4]')
  const told = []
  for (let presses = 0; presses < 4; presses++) {
    await page.click('#next')
    await drawn(page)
    told.push(await page.$eval('#news', ({ dataset }) => `${dataset.word} ${dataset.values}`))
  }
  assert.deepEqual(
    // The request and its 202 tell nothing new, in whichever order the 202 and the first progress are drawn.
    told.filter((one, index) => !/^(listNews|calling) /.test(one) && one !== told[index - 1]),
    ['progress [1,2]', 'progress [2,2]', 'severalNews [3,2]'],
  )
})

pageTest(
  'another address closes the stream: the next one is another session',
  { noise: /ERR_ABORTED/ },
  async (page) => {
    await until(page, () => document.querySelector('#addresses').checkVisibility())
    await arrive(page)
    assert.deepEqual(await textsOf(page, '#tools option'), ['get-hackernews-top-stories'], '/sse has the one tool')
    await page.click('#addresses input[value="/lab/tools/sse"]')
    await says(page, 'news', 'closedNews')
    assert.equal(await textOf(page, '#steps [aria-current="step"]'), await textOf(page, '#connect'))
  },
)

test('links to the laboratory keep language and theme', async () => {
  await withPage(browsers, product.url, { lang: 'zh', theme: 'dark' }, async (page) => {
    const hashes = () => page.$$eval('a[data-word]', (all) => all.map(({ hash }) => hash))
    assert.deepEqual(await hashes(), ['#lang=zh&theme=dark', '#lang=zh&theme=dark&revision=2025-11-25'])
    await page.click('#theme')
    await until(page, () =>
      [...document.querySelectorAll('a[data-word]')].every(({ hash }) => /theme=light/.test(hash)),
    )
  })
})

test('the address with a slow tool is offered where the laboratory is, and nowhere else', async () => {
  const offered = (page) => page.$eval('#addresses', (each) => each.checkVisibility())
  const server = await serve({ name: 'plain', version: '1.0.0', tools: [], fallback: site, port: 0, log() {} })
  try {
    await withPage(browsers, server.url, {}, async (page) => {
      await page.waitForNetworkIdle()
      assert.equal(await offered(page), false)
    })
  } finally {
    await server.close()
  }
})
