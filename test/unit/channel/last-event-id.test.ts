// HTML Standard, section 9.2.4 "The `Last-Event-ID` header": UTF-8, whatever HTTP makes of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastEventIdOf } from '../../../src/channel/index.ts'
import { EventSource } from '../../../src/event-source.ts'
import { listenOn } from '../../support/sse-server.ts'
import { request } from '../../support/wire.ts'

for (const id of ['1', 'a b', 'é', '第3号', '🫖', '\ufeffx', 'a, b', '%20'])
  test(`the id ${JSON.stringify(id)} comes back as it was sent: node:http`, async (t) => {
    const heard: string[] = []
    const again = new Promise<void>((resolve) => {
      void listenOn(t, (asked, response) => {
        heard.push(lastEventIdOf(asked))
        if (heard.length === 2) resolve()
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`retry: 1\nid: ${id}\ndata:\n\n`)
      }).then((url) => {
        const source = new EventSource(url, { maxBackoffMs: 0 })
        t.after(() => source.close())
      })
    })
    await again
    assert.deepEqual(heard.slice(0, 2), ['', id])
  })

test('the Request of a fetch server has it too', () => {
  const headers = { 'Last-Event-ID': Buffer.from('第3号').toString('latin1') }
  assert.equal(lastEventIdOf(new Request('http://127.0.0.1/', { headers })), '第3号')
  assert.equal(lastEventIdOf(new Request('http://127.0.0.1/')), '')
})

test('bytes that are no UTF-8 make an id that nobody has given, and no error', async (t) => {
  const heard: string[] = []
  const url = await listenOn(t, (asked, response) => {
    heard.push(lastEventIdOf(asked))
    response.end()
  })
  await request('GET', url, { 'last-event-id': '\xff\xfe' })
  await request('GET', url, { 'last-event-id': '' })
  assert.deepEqual(heard, ['\ufffd\ufffd', ''])
})

test('the name of the header is written in any case of letters', async (t) => {
  const url = await listenOn(t, (asked, response) => void response.end(lastEventIdOf(asked)))
  const answer = await request('GET', url, { 'LAST-event-ID': '7' })
  assert.equal(answer.text, '7')
})
