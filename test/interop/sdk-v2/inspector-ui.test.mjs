// The official Inspector 2's page in a browser, against the product, in both eras. SHOTS=folder keeps pictures of it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test as nodeTest } from 'node:test'
import { startBrowser } from '../sdk-v1/browser.mjs'
import { startProduct } from '../sdk-v1/server.mjs'
import { startInspector } from './inspector.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)

const WAYS = [
  { name: 'legacy', path: '/mcp', transport: 'http', era: 'legacy', shown: 'MCP 2025-11-25' },
  { name: 'modern', path: '/mcp', transport: 'http', era: 'modern', shown: 'MCP 2026-07-28' },
  { name: 'auto', path: '/mcp', transport: 'http', era: 'auto', shown: 'MCP 2026-07-28' },
  { name: 'HTTP+SSE', path: '/sse', transport: 'sse', era: 'legacy', shown: 'MCP 2025-11-25' },
]

let product
let chromium
before(async () => {
  product = await startProduct()
  chromium = await startBrowser()
})
after(() => Promise.all([chromium?.close(), product?.close()]))

/** The Inspector's page, set to the product, and what the browser complained about there. */
async function openPage(t, { path, transport, era }) {
  const url = product.url + path
  const inspector = await startInspector(['--transport', transport, '--server-url', url, '--protocol-era', era])
  t.after(() => inspector.close())
  const page = await chromium.browser.newPage()
  t.after(() => page.close())
  await page.setViewport({ width: 1400, height: 1000 })
  const complaints = []
  // It asks another machine for its fonts, which a test must not.
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    if (new URL(request.url()).hostname === '127.0.0.1') return request.continue()
    return request.respond({ status: 200, contentType: 'text/css', body: '' })
  })
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(inspector.url)
  const xpath = (wanted) => page.locator(`::-p-xpath(${wanted})`).setTimeout(60_000)
  return {
    complaints,
    output: inspector.output,
    /** The switch beside the server's name. */
    toggle: () => xpath('//input[@role="switch"]/..').click(),
    press: (label) => xpath(`//button[normalize-space()="${label}"]`).click(),
    choose: (text) => xpath(`//*[text()="${text}"]`).click(),
    field: (label) => xpath(`//label[starts-with(text(),"${label}")]/following::input[not(@type="hidden")][1]`),
    /** Waits until the text is there to be read. */
    see: (text) =>
      page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: 60_000 }, text),
    /** Waits until it is not there any more. */
    miss: (text) =>
      page.waitForFunction((wanted) => !document.body.innerText.includes(wanted), { timeout: 60_000 }, text),
    picture: async (name) => {
      const { SHOTS } = process.env
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `inspector-2-${name}.png`) })
    },
  }
}

for (const way of WAYS)
  test(`${way.name}: a newcomer connects, lists the tools, fills the form, runs the tool and reads the stories`, async (t) => {
    const { lists, items } = JSON.parse(
      await readFile(new URL('../../../data/hackernews.json', import.meta.url), 'utf8'),
    )
    const titles = lists.beststories.slice(0, 3).map((wanted) => items.find(({ id }) => id === wanted).title)

    const { complaints, output, toggle, press, choose, field, see, miss, picture } = await openPage(t, way)
    await see('Disconnected')
    await toggle()
    await see(way.shown)
    await miss('MCP Inspector') // the header that gives way to the server's name, and takes no clicks while it does
    await choose('Tools')
    await choose('get-hackernews-top-stories')
    await see('Execute Tool')
    await see('READ-ONLY')
    await field('type').click()
    await choose('beststories')
    await field('amount').fill('3')
    await picture(`${way.name}-form`)
    await press('Execute Tool')
    await picture(`${way.name}-result`)
    for (const title of titles) await see(title)
    assert.deepEqual(complaints, [])
    assert.doesNotMatch(output(), /error|refused|exception/i)
  })

test('the product had nothing to complain about', () => {
  assert.doesNotMatch(product.output(), /"level":"error"/)
})
