import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { curlOf, mermaidOf } from '../../../web/laboratory/copy-as.js'
import { createRecord } from '../../../web/laboratory/record.js'

test('the curl line, run by a shell, sends the method, the path, the headers and the body as they were', async () => {
  const seen = []
  const server = createServer(async ({ method, url, headers, ...request }, response) => {
    seen.push({ method, url, headers })
    response.end('ok')
    void request
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const got = new Promise((resolve) =>
    server.once('request', async (request) => resolve((await request.setEncoding('utf8').toArray()).join(''))),
  )
  const body = `{"a":"it's $HOME \`x\` \\\\ 字","b":"@file\n!"}`
  const headers = { 'Content-Type': 'application/json', 'X-Odd': `'; echo "no`, 'X-Empty': '' }
  const line = curlOf(
    { method: 'POST', url: '/m?a=[1]&b=2', headers, body },
    `http://127.0.0.1:${server.address().port}`,
  )
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -s`])
    assert.match(stdout, /^HTTP\/1\.1 200/)
    assert.equal(await got, body)
    const [{ method, url, headers: sent }] = seen
    assert.deepEqual([method, url, sent['x-odd'], sent['x-empty']], ['POST', '/m?a=[1]&b=2', headers['X-Odd'], ''])
  } finally {
    server.close()
  }
})

test('a stream is read with -N, and no header is invented', () => {
  const line = curlOf({ method: 'GET', url: '/sse', headers: {}, reader: 'EventSource' }, 'http://h')
  assert.equal(line, `curl -iN 'http://h/sse'`)
})

test('what Mermaid would take for its own is escaped', () => {
  const record = createRecord()
  record.request({ method: 'GET', url: '/a;b#c%%<d' })
  const text = mermaidOf(record, String)
  assert.equal(text.split('\n').at(-1), '  P->>S: ↑ #35;1 GET /a#59;b#35;c#37;#37;#60;d')
})
