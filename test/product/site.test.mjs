// `npm run site`, built once for a base path and served as files: its links, its languages, its pages in a browser, and
// the search, which finds what a learner reads on the screen. SHOTS=folder keeps pictures of the pages.
// Needs: site, sdk-v1, chromium
// Runs once: a browser and a generator, nothing of ours that a Node runs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { entries } from '../../site/api.mjs'
import { deadLinks, pagesOf } from '../../site/check.mjs'
import { GROUPS } from '../../site/pages.mjs'
import { tokenize } from '../../site/.vitepress/tokenize.mjs'
import { startBrowser } from '../interop/sdk-v1/browser.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BASE = '/x/'
const out = mkdtempSync(join(tmpdir(), 'sse-mcp-site-'))
const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** Any file server: a path is a file, that of a folder its index.html. */
function fileServer() {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    const path = join(out, decodeURIComponent(pathname.slice(BASE.length)))
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path
    if (!pathname.startsWith(BASE) || !existsSync(file)) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    response.end(readFileSync(file))
  })
}

const server = fileServer()
let url = ''
let browser
before(async () => {
  const build = spawn(process.execPath, [join(ROOT, 'site/build.mjs'), '--base', BASE, '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [build.stdout, build.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(build, 'close')
  assert.equal(code, 0, said)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${server.address().port}${BASE}`
  browser = await startBrowser()
})
after(async () => {
  await browser?.close()
  server.close()
  rmSync(out, { recursive: true, force: true })
})

test('the reference has a page for each entry of the package, with what it exports', async () => {
  const pages = pagesOf(out)
  for (const { specifier, page } of entries()) {
    const { default: main, ...exported } = await import(specifier)
    assert.equal(main, undefined, specifier)
    const html = pages.get(`docs/api/${page}.html`)
    assert.ok(html, specifier)
    for (const name of Object.keys(exported)) assert.ok(html.includes(name), `${specifier}: ${name}`)
    assert.ok(pages.has(`zh/docs/api/${page}.html`), specifier)
  }
})

test('every link of the built site leads to a page, a file or an element of it', () => {
  assert.deepEqual(deadLinks(out, BASE), [])
})

test('both languages have the same pages', () => {
  const pages = pagesOf(out)
  const ours = [...pages.keys()].filter((page) => /^(zh\/)?(course|docs)\/|^(zh\/)?index\.html$/.test(page))
  const [chinese, english] = [
    ours.filter((page) => page.startsWith('zh/')),
    ours.filter((page) => !page.startsWith('zh/')),
  ]
  assert.deepEqual(
    chinese.map((page) => page.slice('zh/'.length)),
    english,
  )
  assert.equal(english.length, 1 + Object.values(GROUPS).flat().length + entries().length + 1) // the home, and the reference's
  for (const page of [...english, ...chinese])
    assert.match(pages.get(page), page.startsWith('zh/') ? /<html lang="zh-CN"/ : /<html lang="en"/, page)
})

test('Chinese is cut into pairs of characters, so that a part of a sentence is found', () => {
  assert.deepEqual(tokenize('断线重连 in SSE 流'), ['断线', '线重', '重连', '连', 'in', 'SSE', '流'])
  assert.deepEqual(tokenize('用EventSource读'), ['用', 'EventSource', '读'])
})

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }
const WORDS = { en: { prefix: '', search: 'Search' }, zh: { prefix: 'zh/', search: '搜索' } }

/** A page of the site, open in a browser; `run` may do what it likes there without noise: no message, no stranger. */
async function withPage(size, address, run) {
  const page = await browser.browser.newPage()
  const noise = []
  page.on('console', (message) => noise.push(`${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => noise.push(`error ${error.message}`))
  page.on('requestfailed', (request) => {
    // What is fetched ahead is dropped when the next page is opened.
    const { errorText } = request.failure()
    if (errorText !== 'net::ERR_ABORTED') noise.push(`${errorText} ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) noise.push(`${response.status()} ${response.url()}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) noise.push(`asked ${request.url()}`)
  })
  try {
    await page.setViewport(SIZES[size])
    await page.goto(url + address)
    await run(page)
    assert.deepEqual(noise, [], address)
  } finally {
    await page.close()
  }
}

const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) })

const addressesOf = (lang) => [
  ...['', 'docs/', ...GROUPS.course.map(([, , address]) => `${address.replace(/index$/, '')}`)].map(
    (address) => WORDS[lang].prefix + address.replace(/talk$/, 'talk.html'),
  ),
  `${WORDS[lang].prefix}docs/design.html`,
  `handout/${lang}.html`,
  `type/#lang=${lang}`,
]

for (const size of Object.keys(SIZES))
  for (const lang of Object.keys(WORDS))
    test(`${size}, ${lang}: each page opens without a message, asks nobody else, and fits the width`, async () => {
      await withPage(size, addressesOf(lang)[0], async (page) => {
        for (const address of addressesOf(lang)) {
          await page.goto(url + address)
          // The generator's pages have come alive when its program has taken them over.
          await page.waitForFunction(
            () => document.querySelector('#app')?.__vue_app__ ?? !document.querySelector('#app'),
          )
          await shot(page, `${size}-${lang}-${address.replaceAll(/\W+/g, '-')}`)
          const [wide, fits] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
          assert.ok(wide <= fits, `${address}: ${wide} of ${fits} pixels`)
        }
      })
    })

// What learners see on the screen, and a lesson that explains it.
const MESSAGES = [
  ['Unexpected end of JSON input', '02'],
  [
    `EventSource's response has a MIME type ("text/plain") that is not "text/event-stream". Aborting the connection.`,
    '01',
  ],
  ['"[DONE]" is not valid JSON', '03'],
  ['X-Accel-Buffering', '04'],
  ['No transport found for sessionId', '05'],
  ['stream is not readable', '05'],
  ['SSE error: Non-200 status code (405)', '07'],
  ['Invalid content type, expected "text/event-stream"', '07'],
  ['Unknown session: its stream is closed. Open GET /sse again.', '07'],
  ['ECONNREFUSED', '07'],
  ['TCP segment of a reassembled PDU', '08'],
]
const IN_CHINESE = [
  ['断线重连', '04'],
  ['定时器停不下来', '01'],
]

for (const size of Object.keys(SIZES))
  for (const lang of Object.keys(WORDS))
    test(`${size}, ${lang}: the search leads from a message on the screen to its lesson`, async () => {
      const { prefix, search } = WORDS[lang]
      await withPage(size, `${prefix}course/`, async (page) => {
        for (const [message, lesson] of lang === 'zh' ? [...MESSAGES, ...IN_CHINESE] : MESSAGES) {
          await page.locator(`button[aria-label="${search}"]`).click()
          await page.locator('.search-input').fill(message)
          await page
            .waitForFunction(
              (start) =>
                [...document.querySelectorAll('.result')]
                  .slice(0, 5)
                  .some(({ pathname }) => pathname.startsWith(start)),
              { timeout: 30_000 },
              `${BASE}${prefix}course/${lesson}-`,
            )
            .catch(async (cause) => {
              const found = await page.$$eval('.result', (all) =>
                all.map(({ pathname, hash }) => pathname + decodeURIComponent(hash)),
              )
              throw new Error(`${message}: ${found.slice(0, 5)}`, { cause })
            })
          await shot(page, `${size}-${lang}-search-${lesson}`)
          await page.keyboard.press('Escape')
        }
        await page.locator(`button[aria-label="${search}"]`).click()
        await page.locator('.search-input').fill('Unexpected end of JSON input')
        const place = `.result[href^="${BASE}${prefix}course/02-"]`
        await page.locator(place).click()
        // The address changes first, and the text when it has come.
        await page.waitForFunction(
          () =>
            /\/02-/.test(location.pathname) &&
            !document.querySelector('.VPLocalSearchBox') &&
            document.querySelector('main')?.textContent.includes('Unexpected end of JSON input'),
        )
        assert.match(await page.$eval('main', ({ textContent }) => textContent), /Unexpected end of JSON input/)
      })
    })

test('type your own stream needs no server: a stream that is typed there is parsed there', async () => {
  await withPage('desktop', 'type/#lang=en&stream=data%3A%20hello%0A%0A', async (page) => {
    assert.match(await page.$eval('.events', ({ textContent }) => textContent), /type "message" data "hello"/)
    await page.click('#language')
    assert.equal(await page.title(), '自己写一条流')
    await page.click('#home')
    await page.waitForFunction(() => location.pathname.endsWith('/zh/course/'))
  })
})
