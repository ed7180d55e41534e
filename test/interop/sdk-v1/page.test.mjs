// The native client's page in a real browser, against the built product: both languages, both themes.
// Needs: sdk-v1, chromium
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  arrive,
  call,
  createBrowsers,
  drawn,
  listen,
  NEWS,
  press,
  ready,
  says,
  STEPS,
  textOf,
  textsOf,
  until,
  withPage,
} from './small-page.mjs'

const DIST = process.env.DIST ? pathToFileURL(`${process.env.DIST}/`) : new URL('../../../dist/', import.meta.url)
const PAGE = new URL('../examples/native-client/', DIST)
const MAIN = fileURLToPath(new URL('main.js', DIST))
if (!existsSync(MAIN)) throw new Error(`No ${MAIN}: run "npm run build".`)

try {
  createRequire(MAIN).resolve('ajv') // the product loads it at its first call only
} catch (cause) {
  throw new Error('The packages are missing: run "npm ci".', { cause })
}
const { defineTool, RpcError, serve } = await import(new URL('index.js', DIST))
const { site } = await import(new URL('app/site.js', DIST))
const { startProduct, startProgram } = await import('./server.mjs')

const CHECKS = [
  { lang: 'zh', theme: 'dark' },
  { lang: 'en', theme: 'light' },
  { lang: 'zh', theme: 'light' },
  { lang: 'en', theme: 'dark' },
]
const HTML = '<img src=x onerror="window.hit = true">'
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** What Chromium itself says of a stream that broke off; the page cannot keep it quiet. */
const BROKEN_STREAM = /^(error Failed to load resource: )?net::ERR_\w+ \S+\/sse$/

const test = (name, run) => nodeTest(name, { timeout: 120_000 }, run)

let product
let fixture
const browsers = createBrowsers()
before(async () => {
  product = await startProduct()
  fixture = await serve({ name: 'fixture', version: '1.0.0', tools: fixtureTools(), fallback: site, port: 0, log() {} })
})
after(async () => {
  await browsers.close()
  await Promise.all([product?.close(), fixture?.close()])
})

/** A test with the page open. */
const pageTest = (name, { server = () => product, ...look }, run) =>
  test(name, () => withPage(browsers, server().url, look, run))

/** The dictionary, by language. */
const wordsOf = async (lang) => (await import(new URL(`words-${lang}.js`, PAGE).href)).words
const enabled = (page) => page.$$eval('#steps button:not(#connect)', (all) => all.map((button) => !button.disabled))

const STATIC_FILES = await readdir(PAGE)
const read = (file) => readFile(new URL(file, PAGE), 'utf8')

for (const look of CHECKS) {
  const name = `${look.lang}, ${look.theme}`

  pageTest(`${name}: four steps in order, and the call brings three stories`, look, async (page) => {
    assert.deepEqual(await textsOf(page, '#steps button:not(#connect)'), STEPS)
    assert.deepEqual(await enabled(page), [false, false, false, false])
    assert.equal(await textOf(page, '#endpoint'), '–')
    await page.click('#connect')
    await says(page, 'news', 'endpointNews')
    const endpoint = await textOf(page, '#endpoint')
    assert.match(endpoint, /^\/messages\?sessionId=[\w-]{20,}$/)

    const next = [
      { word: 'initializeNews', open: [false, true, false, false] },
      { word: 'initializedNews', open: [false, false, true, false] },
      { word: 'listNews', open: [false, false, true, true] },
    ]
    assert.deepEqual(await enabled(page), [true, false, false, false])
    for (const [step, { word, open }] of next.entries()) {
      await press(page, step)
      await says(page, 'news', word)
      assert.deepEqual(await enabled(page), open, STEPS[step])
      assert.equal(await textOf(page, '#steps [aria-current="step"]'), STEPS[step + 1])
    }
    await call(page, { amount: '3' }, 'blocks')

    const { lists, items } = JSON.parse(await readFile(new URL('../data/hackernews.json', DIST), 'utf8'))
    const stories = lists.topstories.slice(0, 3).map((wanted) => items.find(({ id }) => id === wanted))
    assert.deepEqual(
      await textsOf(page, '#result .title'),
      stories.map(({ title }) => title),
    )
    assert.equal((await page.$$('#result > li')).length, 4)
    assert.match(await textOf(page, '#result > li:last-child'), /snapshot of \d{4}-\d\d-\d\d/)
    const links = await page.$$eval('#result a', (all) => all.map((a) => [a.href, a.target, a.rel]))
    assert.deepEqual(
      links,
      stories.map(({ url }) => [url, '_blank', 'noreferrer noopener']),
    )
    assert.deepEqual(
      new Set(await page.$$eval('#result .title', (all) => all.map(({ lang }) => lang))),
      new Set(['en']),
    )
  })

  pageTest(`${name}: every text comes from the dictionary, protocol words excepted`, look, async (page) => {
    const words = { en: await wordsOf('en'), zh: await wordsOf('zh') }
    const unmarked = () =>
      page.evaluate(() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
        const found = []
        while (walker.nextNode()) {
          const { parentElement, data } = walker.currentNode
          if (data.trim() && !parentElement.closest('[data-word], [translate="no"], noscript')) found.push(data)
        }
        return found
      })
    assert.deepEqual(await unmarked(), [])
    const protocol = await textsOf(page, '[translate="no"]')
    assert.deepEqual(
      new Set(protocol.filter(Boolean)),
      new Set([...STEPS, '–', '×1', '×0.1', '/sse', '/lab/tools/sse', 'POST', 'GET /sse']),
    )
    assert.match(await read('index.html'), /<noscript>.*[a-z]{4}.*\p{Script=Han}.*<\/noscript>/u)
    assert.doesNotMatch(await read('index.html'), /\s(title|alt|placeholder|aria-label|style|on\w+)=|<style/)

    await arrive(page)
    await call(page, { amount: '3' }, 'blocks')
    assert.deepEqual(await unmarked(), [])
    const spoken = await page.$$eval('[data-word]', (all) =>
      all.map(({ dataset, textContent }) => ({ word: dataset.word, text: textContent })),
    )
    assert.ok(spoken.length > 30)
    for (const { word, text } of spoken) {
      assert.ok(word in words[look.lang], word)
      const parts = words[look.lang][word].split(/\{\d\}/).map(escape)
      assert.match(text, new RegExp(`^${parts.join('.+')}$`), word)
    }
    assert.equal(await page.title(), words[look.lang].title)
    assert.equal(await page.$eval('html', (root) => root.lang), look.lang)
  })

  pageTest(`${name}: text and buttons stand out from their ground, at least 4.5 to 1`, look, async (page) => {
    assert.equal(await page.$eval('html', (root) => root.dataset.theme), look.theme)
    const ratios = () => page.evaluate(contrasts, ['h1', '.why', '.note', '#connect', '#steps button', '#news'])
    for (const [selector, ratio] of await ratios()) assert.ok(ratio >= 4.5, `${selector}: ${ratio}`)
    const paper = await page.$eval('body', (body) => getComputedStyle(body).backgroundColor)
    const [red] = paper.match(/\d+/g).map(Number)
    assert.equal(red < 128, look.theme === 'dark', paper)
    await arrive(page)
    for (const [selector, ratio] of await ratios()) assert.ok(ratio >= 4.5, `${selector}: ${ratio}`)
  })

  pageTest(`${name}: 320 pixels are wide enough, nothing scrolls sideways`, look, async (page) => {
    await page.setViewport({ width: 320, height: 640 })
    const width = () => page.$eval('html', ({ scrollWidth }) => scrollWidth)
    assert.equal(await width(), 320)
    await arrive(page)
    await call(page, { amount: '3' }, 'blocks')
    await page.$$eval('#frames details', (all) => all.forEach((details) => (details.open = true)))
    assert.equal(await width(), 320)
    assert.equal(await page.$eval('.scroll', (list) => list.scrollWidth - list.clientWidth), 0)
  })
}

pageTest('the form is made from the schema: radios for the enum, a number with its bounds', {}, async (page) => {
  await arrive(page)
  assert.deepEqual(await textsOf(page, '#tools option'), ['get-hackernews-top-stories'])
  const inputs = await page.$$eval('#fields input', (all) =>
    all.map(({ type, name, value, checked, min, max }) => ({ type, name, value, checked, min, max })),
  )
  const radio = (value, checked) => ({ type: 'radio', name: 'type', value, checked, min: '', max: '' })
  assert.deepEqual(inputs, [
    radio('topstories', true),
    radio('newstories', false),
    radio('beststories', false),
    { type: 'number', name: 'amount', value: '10', checked: false, min: '1', max: '500' },
  ])

  await page.click('#fields input[value="beststories"]')
  await page.click('#fields input[name="amount"]', { count: 3 })
  await page.keyboard.type('7')
  const { method, params } = JSON.parse(await textOf(page, '#steps li:last-child > pre'))
  assert.equal(method, 'tools/call')
  assert.equal(params.name, 'get-hackernews-top-stories')
  assert.deepEqual(params.arguments, { type: 'beststories', amount: 7 })
})

for (const lang of ['zh', 'en'])
  pageTest(`${lang}: a wrong call is an error in words`, { lang }, async (page) => {
    await arrive(page)
    await call(page, { amount: '501' }, 'toolError')
    const { toolError } = await wordsOf(lang)
    assert.equal(await textOf(page, '#verdict'), toolError)
    assert.equal(await textOf(page, '#news'), toolError)
    assert.match(await textOf(page, '#result'), /amount must be <= 500/)
    await call(page, { amount: '3' }, 'blocks')
    assert.equal((await page.$$('#result .story')).length, 3)
  })

pageTest('frames of both directions stand there with number, time, type, id and data', {}, async (page) => {
  await arrive(page)
  await call(page, { amount: '3' }, 'blocks')
  await until(page, () => document.querySelectorAll('#frames .status:not(:empty)').length === 4)
  const frames = await page.$$eval('#frames > li', (rows) =>
    rows.map((row) =>
      Object.fromEntries(
        ['number', 'time', 'way', 'type', 'id', 'status', 'data'].map((part) => [
          part,
          row.querySelector(`.${part}`).textContent,
        ]),
      ),
    ),
  )
  const line = ({ way, type, id, status }) => [way, type, id, status].filter(Boolean).join(' ')
  assert.deepEqual(frames.map(line), [
    '↑ GET',
    '· readyState',
    '· readyState',
    '↓ endpoint',
    '↑ POST id 0 202 Accepted',
    '↓ message id 0',
    '↑ POST 202 Accepted',
    '↑ POST id 1 202 Accepted',
    '↓ message id 1',
    '↑ POST id 2 202 Accepted',
    '↓ message id 2',
  ])
  assert.deepEqual(
    frames.map(({ number }) => number),
    frames.map((_, index) => `${index + 1}`),
  )
  const times = frames.map(({ time }) => Number(/^(\d+) ms$/.exec(time)?.[1]))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    frames.slice(0, 4).map(({ data }) => data),
    ['/sse', '0', '1', await textOf(page, '#endpoint')],
  )
  assert.equal(frames[6].data, '{"jsonrpc":"2.0","method":"notifications/initialized"}')

  await page.click('#frames > li:last-child summary')
  await until(page, () => document.querySelector('#frames > li:last-child pre').textContent)
  const { id, result } = JSON.parse(await textOf(page, '#frames > li:last-child pre'))
  assert.deepEqual([id, result.content.length], [2, 4])
})

test('a server that ended and came back on its port brings a new endpoint and a new conversation', async () => {
  const start = (port) => startProgram([MAIN], { PORT: port, HN_SOURCE: 'snapshot' }, /http:\/\/[^\s/]+/)
  let running = await start('0')
  const url = running.match[0]
  const page = await browsers.newPage()
  try {
    const noise = listen(page, url)
    await page.goto(`${url}/#lang=en`)
    await ready(page)
    await arrive(page)
    const endpoint = await textOf(page, '#endpoint')
    await running.close()
    await says(page, 'state', 'connecting')
    assert.deepEqual(await enabled(page), [false, false, false, false])
    assert.equal(await textOf(page, '#endpoint'), '–')

    running = await start(new URL(url).port)
    await says(page, 'news', 'endpointNews')
    assert.notEqual(await textOf(page, '#endpoint'), endpoint)
    assert.deepEqual(await enabled(page), [true, false, false, false])
    const types = await textsOf(page, '#frames .type')
    assert.deepEqual(types.slice(-4), ['message', 'readyState', 'readyState', 'endpoint'])
    await press(page, 0)
    await says(page, 'news', 'initializeNews')
    assert.deepEqual(
      noise.filter((entry) => !BROKEN_STREAM.test(entry)),
      [],
    )
  } finally {
    await page.close()
    await running.close()
  }
})

pageTest(
  'Close ends the stream and its session; Connect begins another',
  { noise: /^net::ERR_ABORTED \S+\/sse$/ },
  async (page) => {
    await arrive(page)
    const endpoint = await textOf(page, '#endpoint')
    await page.click('#connect')
    await says(page, 'news', 'closedNews')
    assert.equal(await textOf(page, '#endpoint'), '–')
    assert.deepEqual(await enabled(page), [false, false, false, false])
    await page.click('#connect')
    await says(page, 'news', 'endpointNews')
    assert.notEqual(await textOf(page, '#endpoint'), endpoint)
    assert.equal(await textOf(page, '#frames li:first-child .type'), 'GET')
  },
)

pageTest('the keyboard alone will do', { lang: 'en', theme: 'light' }, async (page) => {
  const { keyboard } = page
  const walkTo = async (selector, key = 'Tab') => {
    for (let presses = 0; presses < 40; presses++) {
      await keyboard.press(key)
      const at = await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)
      if (!at) continue
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outline)
      assert.match(outline, /solid 3px/, `one sees where ${selector} is`)
      return
    }
    assert.fail(`Tab does not lead to ${selector}.`)
  }
  await walkTo('#language')
  await keyboard.press('Enter')
  await until(page, () => document.documentElement.lang === 'zh')
  await walkTo('#theme')
  await keyboard.press('Space')
  await until(page, () => document.documentElement.dataset.theme === 'dark')
  await walkTo('#connect')
  await keyboard.press('Enter')
  await says(page, 'news', 'endpointNews')
  const focused = () => page.evaluate(() => document.activeElement.textContent)
  for (const [step, word] of NEWS.entries()) {
    assert.equal(await focused(), STEPS[step], 'the next step has the focus')
    await keyboard.press('Enter')
    await says(page, 'news', word)
  }
  assert.equal(await focused(), 'tools/call')
  await walkTo('input[name="type"]')
  await keyboard.press('ArrowRight')
  await walkTo('input[name="amount"]')
  await keyboard.type('3')
  await keyboard.press('Enter')
  await says(page, 'verdict', 'blocks')
  assert.match(await textOf(page, '#frames > li:last-child .data'), /"id":2/)
  assert.match((await textsOf(page, '#frames .data')).at(-2), /"type":"newstories","amount":3\}/)
  await walkTo('summary')
  await keyboard.press('Enter')
  await until(page, () => document.activeElement.parentElement.open)
})

pageTest('language and theme are those of the fragment, else those of the browser', {}, async (page, url) => {
  const shown = () => page.$eval('html', ({ lang, dataset }) => `${lang} ${dataset.theme}`)
  for (const [value, theme] of [
    ['dark', 'dark'],
    ['light', 'light'],
  ]) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
    await page.goto('about:blank')
    await page.goto(`${url}/`)
    assert.equal(await shown(), `en ${theme}`)
  }
  for (const [fragment, wanted] of [
    ['lang=zh&theme=dark', 'zh dark'],
    ['theme=light&lang=zh', 'zh light'],
    ['lang=en&theme=dark', 'en dark'],
    ['lang=zh-TW&theme=nonsense', 'zh light'],
  ]) {
    await page.evaluate((hash) => void (location.hash = hash), fragment)
    await until(page, (w) => `${document.documentElement.lang} ${document.documentElement.dataset.theme}` === w, wanted)
  }
  await page.click('#language')
  await page.click('#theme')
  await until(page, () => document.documentElement.dataset.theme === 'dark')
  assert.equal(await shown(), 'en dark')
  assert.equal(await page.evaluate(() => location.hash), '#lang=en&theme=dark')
})

pageTest('a language change keeps the conversation', { lang: 'zh', theme: 'dark' }, async (page) => {
  await arrive(page)
  await call(page, { amount: '3' }, 'blocks')
  const endpoint = await textOf(page, '#endpoint')
  await page.click('#language')
  await until(page, () => document.documentElement.lang === 'en')
  assert.equal(await textOf(page, '#endpoint'), endpoint)
  assert.equal((await page.$$('#result .story')).length, 3)
  await until(page, () => /points/.test(document.querySelector('#result .facts').textContent))
})

pageTest('HTML of strangers is shown as text, and only http links', { server: () => fixture }, async (page) => {
  await arrive(page)
  assert.equal(await textOf(page, '#description'), HTML)
  assert.equal(await textOf(page, '#fields .description'), HTML)
  await call(page, { how: 'stories' }, 'blocks')
  assert.deepEqual(await textsOf(page, '#result .title'), [HTML, HTML])
  assert.deepEqual(await textsOf(page, '#result .text'), [HTML])
  assert.match(await textOf(page, '#result .facts'), /<img/)
  assert.deepEqual(await page.$$eval('#result a', (all) => all.map(({ href }) => href)), ['https://example.com/'])
  await call(page, { how: 'refuse' }, 'rpcError')
  assert.ok((await textOf(page, '#verdict')).includes(`-32602: ${HTML}`))
  assert.equal(await page.evaluate(() => document.images.length), 0)
  assert.equal(await page.evaluate(() => 'hit' in window), false)
})

pageTest('the list keeps the newest 200 rows, and the picture what fits', { server: () => fixture }, async (page) => {
  await arrive(page)
  await call(page, { how: 'count' }, 'blocks')
  await drawn(page)
  assert.ok((await page.$$('#picture *')).length < 150)
  const numbers = (await textsOf(page, '#frames .number')).map(Number)
  assert.equal(numbers.length, 200)
  assert.ok(numbers[0] > 100)
  assert.match((await textsOf(page, '#frames .data')).at(-2), /"progress":300,"total":300/)
})

test('an endpoint on another origin is refused, and a POST into nowhere is an error in words', async () => {
  let endpoint = 'https://evil.example/messages?sessionId=1'
  const server = createServer((request, response) => {
    if (request.url !== '/sse') return site(request, response)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(`event: endpoint\ndata: ${endpoint}\n\n`)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  const page = await browsers.newPage()
  try {
    const noise = listen(page, url)
    await page.goto(`${url}/#lang=en`)
    await ready(page)
    await page.click('#connect')
    await says(page, 'news', 'foreignError')
    assert.match(await textOf(page, '#verdict'), /https:\/\/evil\.example/)
    assert.deepEqual(await enabled(page), [false, false, false, false])
    assert.deepEqual(noise, [])

    endpoint = '/messages?sessionId=gone'
    await page.reload()
    await ready(page)
    await page.click('#connect')
    await says(page, 'news', 'endpointNews')
    await press(page, 0)
    await says(page, 'news', 'httpError')
    const text = 'Nothing here. The page is at /. MCP is at /mcp, HTTP+SSE begins at GET /sse.'
    assert.equal(await textOf(page, '#news'), `✗ HTTP 404: ${text}`)
    assert.match(await textOf(page, '#frames > li:last-child .status'), /^404/)
  } finally {
    await page.close()
    server.closeAllConnections()
    server.close()
  }
})

test('both languages have the same words, and none is empty', async () => {
  const [en, zh] = [await wordsOf('en'), await wordsOf('zh')]
  assert.deepEqual(Object.keys(zh), Object.keys(en))
  const holes = (text) => (text.match(/\{\d\}/g) ?? []).toSorted()
  for (const [word, text] of Object.entries(en)) {
    assert.ok(text.trim() && zh[word].trim(), word)
    assert.deepEqual(holes(zh[word]), holes(text), word)
    if (!['otherLanguage'].includes(word)) assert.doesNotMatch(text, /\p{Script=Han}/u, word)
  }
})

test('every file of the page comes with the policy', async () => {
  for (const file of STATIC_FILES) {
    const response = await fetch(`${product.url}/${file === 'index.html' ? '' : file}`)
    assert.equal(response.status, 200, file)
    assert.equal(response.headers.get('content-security-policy'), CSP, file)
    assert.equal(await response.text(), await read(file))
  }
})

test('client.js is read in one sitting: 150 lines at most', async () => {
  const lines = (await read('client.js')).trimEnd().split('\n')
  assert.ok(lines.length <= 150, `${lines.length} lines`)
  for (const line of lines) assert.ok(line.length <= 120, line)
})

function fixtureTools() {
  const story = (url) => ({ title: HTML, url, by: HTML, score: 1, descendants: 2, time: 1_573_500_000 })
  return [
    defineTool({
      name: 'strange',
      description: HTML,
      inputSchema: {
        type: 'object',
        properties: { how: { type: 'string', description: HTML } },
        required: ['how'],
      },
      run({ how }, { progress }) {
        if (how === 'refuse') throw new RpcError(-32602, HTML)
        if (how === 'count') for (let step = 1; step <= 300; step++) progress(step, 300)
        if (how === 'count') return 'counted'
        const texts = [
          JSON.stringify(story('javascript:window.hit=true')),
          JSON.stringify(story('https://example.com/')),
          HTML,
        ]
        return { content: texts.map((text) => ({ type: 'text', text })) }
      },
    }),
  ]
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** In the page: WCAG 2.2's contrast ratio of each element's text to the ground it stands on. */
function contrasts(selectors) {
  const channels = (color) => color.match(/[\d.]+/g).map(Number)
  const luminance = (color) => {
    const [red, green, blue] = channels(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor
    return channels(color)[3] === 0 ? ground(element.parentElement) : color
  }
  return selectors.flatMap((selector) =>
    [...document.querySelectorAll(selector)].map((element) => {
      const [darker, lighter] = [getComputedStyle(element).color, ground(element)]
        .map(luminance)
        .toSorted((a, b) => a - b)
      return [selector, (lighter + 0.05) / (darker + 0.05)]
    }),
  )
}
