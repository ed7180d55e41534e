// Needs: sdk-v1, chromium
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { startBrowser } from './browser.mjs'
import { ready } from './small-page.mjs'
import { site } from '../../../dist/app/site.js'

const tool = {
  name: 'echo',
  inputSchema: {
    type: 'object',
    properties: { loud: { type: 'boolean', default: true }, text: { type: 'string' } },
  },
}
const story = { title: '𝒜'.repeat(301), by: 'a', score: 1, time: 0 }

test('the page answers ping, shows progress beside the result, sends booleans, and cuts a title at 300 code points', async () => {
  const posted = []
  let stream
  const say = (message) => stream.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  const results = {
    initialize: {
      protocolVersion: '2024-11-05',
      capabilities: { tools: {} },
      serverInfo: { name: 'f', version: '1' },
    },
    'tools/list': { tools: [tool] },
  }
  const server = createServer(async (request, response) => {
    if (request.url === '/sse') {
      stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      return void stream.write('event: endpoint\ndata: /messages?sessionId=1\n\n')
    }
    if (request.method !== 'POST') return site(request, response)
    const message = JSON.parse(Buffer.concat(await request.toArray()).toString())
    posted.push(message)
    response.writeHead(202).end('Accepted')
    if (results[message.method]) say({ id: message.id, result: results[message.method] })
    if (message.method === 'tools/call') {
      say({ id: 'are you there', method: 'ping' })
      say({ method: 'notifications/progress', params: { progressToken: message.id, progress: 1, total: 3 } })
    }
    if (message.id === 'are you there') server.emit('pong')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { browser, close } = await startBrowser()
  try {
    const page = await browser.newPage()
    const says = (id, word) =>
      page.waitForFunction((i, w) => document.getElementById(i).dataset.word === w, { timeout: 60_000 }, id, word)
    await page.goto(`http://127.0.0.1:${server.address().port}/#lang=en`)
    await ready(page)
    await page.click('#connect')
    await says('news', 'endpointNews')
    for (const [step, word] of ['initializeNews', 'initializedNews', 'listNews'].entries()) {
      await page.click(`#steps li:nth-child(${step + 2}) > button`)
      await says('news', word)
    }
    const pong = once(server, 'pong', { signal: AbortSignal.timeout(60_000) })
    await page.click('input[name="loud"]')
    await page.click('#steps li:last-child > button')
    await pong
    assert.deepEqual(posted.at(-1), { jsonrpc: '2.0', id: 'are you there', result: {} })
    assert.deepEqual(posted.at(-2).params.arguments, { loud: false })
    await says('verdict', 'progress')
    assert.equal(await page.$eval('#verdict', (e) => e.textContent), 'Progress: 1 of 3.')
    say({ id: posted.at(-2).id, result: { content: [{ type: 'text', text: JSON.stringify(story) }] } })
    await says('verdict', 'blocks')
    assert.equal(await page.$eval('#result .title', (e) => [...e.textContent].length), 300)
  } finally {
    await close()
    server.closeAllConnections()
    server.close()
  }
})
