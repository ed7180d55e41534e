// The server card: what it says fits its official schema, and it is served to everybody.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { createMcpHandler, serve } from '../../../src/index.ts'
import { serverCard, serverCardOf, type ServerCardOptions } from '../../../src/server-card/index.ts'
import { post, request } from '../../support/wire.ts'

const schemaFile = new URL('../../conformance/schema/extensions/server-card.json', import.meta.url)
const ajv = new Ajv2020({ strict: false, formats: { uri: (text: string) => URL.canParse(text) } })
ajv.addSchema(JSON.parse(readFileSync(schemaFile, 'utf8')), 'card')
const fits = ajv.getSchema('card#/$defs/ServerCard')!

const CARD: ServerCardOptions = {
  url: 'https://example.com/mcp',
  name: 'com.example/weather',
  version: '1.0.2',
  description: 'Says what the weather will be.',
}
const ALL: ServerCardOptions = {
  ...CARD,
  title: 'Weather',
  websiteUrl: 'https://example.com',
  repository: { url: 'https://example.com/git', source: 'github' },
  icons: [{ src: 'https://example.com/i.png', mimeType: 'image/png' }],
  headers: [{ name: 'Authorization', isRequired: true, isSecret: true }],
  _meta: { 'com.example/a': 1 },
}

for (const [what, options] of Object.entries({ 'the least': CARD, 'all of it': ALL }))
  test(`a card that says ${what} fits the official schema`, () => {
    const card = serverCardOf(options) as { remotes: { url: string; supportedProtocolVersions: string[] }[] }
    assert.ok(fits(card), JSON.stringify(fits.errors))
    assert.equal(card.remotes[0]!.url, options.url)
    assert.ok(card.remotes[0]!.supportedProtocolVersions.length >= 5)
  })

for (const [what, change] of Object.entries({
  'a name without a domain': { name: 'weather' },
  'a range of versions': { version: '^1.0.0' },
  'any of several versions': { version: '1.x' },
  'no version': { version: undefined },
  'a long description': { description: 'x'.repeat(101) },
  'an empty title': { title: '' },
  'a URL of another scheme': { url: 'ftp://example.com/mcp' },
}))
  test(`a card is refused: ${what}`, () => {
    assert.throws(() => serverCard({ ...CARD, ...change } as ServerCardOptions), /^TypeError: serverCard: /)
  })

/** A server with the card in front of MCP. */
const mcp = createMcpHandler({ name: 'test', version: '1' })
const card = serverCard(CARD)
const server = createServer((incoming, response) => card(incoming, response, () => void mcp(incoming, response)))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(async () => {
  await mcp.close()
  server.close()
})
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

test('the card is served with its type, and a page of another origin may read it', async () => {
  const { status, headers, text } = await request('GET', `${url}/mcp/server-card`, { origin: 'https://other.example' })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/mcp-server-card+json')
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.equal(headers['cache-control'], 'public, max-age=3600')
  assert.deepEqual(JSON.parse(text), serverCardOf(CARD))
  const head = await request('HEAD', `${url}/mcp/server-card`)
  assert.deepEqual([head.status, head.text], [200, ''])
})

test('a card that has not changed is not sent again', async () => {
  const { headers } = await request('GET', `${url}/mcp/server-card`)
  for (const known of [headers.etag!, `W/${headers.etag}`, `"a", ${headers.etag}`, '*'])
    assert.equal((await request('GET', `${url}/mcp/server-card`, { 'if-none-match': known })).status, 304)
  assert.equal((await request('GET', `${url}/mcp/server-card`, { 'if-none-match': '"a"' })).status, 200)
})

// Blanks that no comma follows took time by their square: a second for 15,000. Now none can be seen in the CPU's count.
test('a header full of blanks costs no more than one of another character', async () => {
  const costOf = async (filling: string): Promise<number> => {
    const before = process.cpuUsage()
    const known = `"a"${filling.repeat(15_000)}"b"`
    for (let i = 0; i < 3; i++)
      assert.equal((await request('GET', `${url}/mcp/server-card`, { 'if-none-match': known })).status, 200)
    return process.cpuUsage(before).user / 1000
  }
  await costOf('-')
  const [plain, blank] = [await costOf('-'), await costOf(' ')]
  assert.ok(blank < 10 * plain + 500, `${blank} ms of CPU instead of ${plain}`)
})

test('a preflight is answered, and other methods are not allowed', async () => {
  const preflight = await request('OPTIONS', `${url}/mcp/server-card`, { origin: 'https://other.example' })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers['access-control-allow-headers'], 'Content-Type, If-None-Match')
  assert.equal((await post(`${url}/mcp/server-card`, {})).status, 405)
})

test('what is not the card goes on to MCP', async () => {
  const ping = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.match(ping.text, /Mcp-Session-Id/)
})

test('it is a fallback of serve, too, behind its guard', async (t) => {
  const running = await serve({ name: 'test', version: '1', port: 0, fallback: serverCard(CARD) })
  t.after(running.close)
  const get = (path: string, headers = {}) => request('GET', running.url + path, headers)
  assert.equal((await get('/mcp/server-card')).status, 200)
  assert.equal((await get('/other')).status, 404)
  assert.equal((await get('/mcp/server-card', { origin: 'https://other.example' })).status, 403)
})
