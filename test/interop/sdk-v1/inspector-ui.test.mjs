// The official Inspector's page in a browser, against the product, over HTTP+SSE. SHOTS=folder keeps pictures of it.
// Needs: sdk-v1, chromium
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'
import { freePort, startProduct, startProgram } from './server.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)
const INSPECTOR = new URL('node_modules/@modelcontextprotocol/inspector/', import.meta.url)
const SECRET = 'interop'

let product
let inspector
let chromium
before(async () => {
  product = await startProduct()
  inspector = await startInspector()
  chromium = await startBrowser()
})
after(async () => {
  await chromium?.close()
  await Promise.all([inspector?.close(), product?.close()])
})

/** What the Inspector's proxy writes on standard error although nothing is wrong. */
const CHATTER =
  'New SSE connection request. NOTE: The sse transport is deprecated and has been replaced by StreamableHttp'

/** The Inspector's page, set to the product, and what the browser complained about there. */
async function openPage(t) {
  const page = await chromium.browser.newPage()
  t.after(() => page.close())
  await page.setViewport({ width: 1400, height: 900 })
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure() ?? {}
    // The page's own doing: it leaves the proxy's stream on Reconnect and Disconnect.
    if (errorText !== 'net::ERR_ABORTED') complaints.push(`${errorText} ${request.url()}`)
  })
  const query = new URLSearchParams({
    transport: 'sse',
    serverUrl: `${product.url}/sse`,
    MCP_PROXY_AUTH_TOKEN: SECRET,
    MCP_PROXY_FULL_ADDRESS: inspector.proxy,
  })
  await page.goto(`${inspector.url}/?${query}`)
  const xpath = (path) => page.locator(`::-p-xpath(${path})`).setTimeout(60_000)
  return {
    complaints,
    press: (label) => xpath(`//button[normalize-space()="${label}"]`).click(),
    choose: (text) => xpath(`//span[text()="${text}"]`).click(),
    fill: (label, text) =>
      xpath(`//label[text()="${label}"]/following::*[self::input or self::textarea][1]`).fill(text),
    /** Waits until the text is there to be read. */
    see: (text) =>
      page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: 60_000 }, text),
    text: () => page.evaluate(() => document.body.innerText),
    picture: async (name) => {
      const { SHOTS } = process.env
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `inspector-${name}.png`) })
    },
  }
}

test('a newcomer connects, lists the tools, fills the form, runs the tool and reads the stories', async (t) => {
  const { lists, items } = JSON.parse(await readFile(new URL('../../../data/hackernews.json', import.meta.url), 'utf8'))
  const titles = lists.topstories.slice(0, 3).map((wanted) => items.find(({ id }) => id === wanted).title)

  const { complaints, press, choose, fill, see, picture } = await openPage(t)
  await press('Connect')
  await see('Connected')
  await press('List Tools')
  await see('Get the stories from Hacker News')
  await choose('get-hackernews-top-stories')
  await see('Run Tool')
  await picture('form')
  await fill('type', 'topstories')
  await fill('amount', '3')
  await press('Run Tool')
  await see('Tool Result: Success')
  for (const title of titles) await see(title)
  await picture('result')
  assert.deepEqual(complaints, [])
})

test('R-TO-10: who fills the form wrongly reads in the result what belongs there', async (t) => {
  const { complaints, press, choose, fill, see, picture } = await openPage(t)
  await press('Connect')
  await see('Connected')
  await press('List Tools')
  await choose('get-hackernews-top-stories')
  await press('Run Tool')
  await see('Tool Result: Error')
  await see("must have required property 'type'")
  await fill('type', 'stories')
  await press('Run Tool')
  await see('/type must be equal to one of the allowed values')
  await picture('error')
  for (const allowed of ['topstories', 'newstories', 'beststories']) await see(allowed)
  assert.deepEqual(complaints, [])
})

test('the Inspector pings, reconnects and leaves, without a complaint', async (t) => {
  const { complaints, press, choose, see, text, picture } = await openPage(t)
  await press('Connect')
  await see('Connected')
  await press('Ping')
  await press('Ping Server')
  await see('2. ping')
  await press('Reconnect')
  await see('3. initialize')
  await press('Tools')
  await press('List Tools')
  await choose('get-hackernews-top-stories')
  await picture('reconnected')
  await press('Disconnect')
  await see('Disconnected')
  assert.doesNotMatch(await text(), /error/i)
  assert.deepEqual(complaints, [])
})

test('neither the proxy nor the product had anything to complain about', () => {
  assert.doesNotMatch(inspector.proxyOutput().replaceAll(CHATTER, ''), /error|refused|exception/i)
  assert.doesNotMatch(product.output(), /"level":"error"/)
})

/** Its proxy and its page, each on a free port. */
async function startInspector() {
  const [proxyPort, pagePort] = [await freePort(), await freePort()]
  const path = (file) => fileURLToPath(new URL(file, INSPECTOR))
  const proxy = await startProgram(
    [path('server/build/index.js')],
    { PORT: proxyPort, CLIENT_PORT: pagePort, MCP_PROXY_TOKEN: SECRET },
    /Proxy server listening/,
  )
  const page = await startProgram([path('client/bin/client.js')], { PORT: pagePort }, /up and running/)
  return {
    url: `http://127.0.0.1:${pagePort}`,
    proxy: `http://127.0.0.1:${proxyPort}`,
    proxyOutput: proxy.output,
    close: () => Promise.all([proxy.close(), page.close()]),
  }
}
