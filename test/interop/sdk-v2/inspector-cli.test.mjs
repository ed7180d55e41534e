// The official Inspector 2's command line against the product, in both eras of the protocol.
// Needs: sdk-v2, newer-node
import assert from 'node:assert/strict'
import { after, before, test as nodeTest } from 'node:test'
import { startFixture, startProduct } from '../sdk-v1/server.mjs'
import { CAPTURED_TOOL } from '../../support/hacker-news-tool.mjs'
import { runInspector } from './inspector.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)
const HACKER_NEWS = CAPTURED_TOOL.name

/** How it is told where to go, and what it then sends before anything else. */
const WAYS = [
  { name: 'legacy', path: '/mcp', flags: ['http', '--protocol-era', 'legacy'], first: 'initialize' },
  { name: 'auto', path: '/mcp', flags: ['http', '--protocol-era', 'auto'], first: 'server/discover' },
  { name: 'modern', path: '/mcp', flags: ['http', '--protocol-era', 'modern'], first: 'server/discover' },
  { name: 'HTTP+SSE', path: '/sse', flags: ['sse'], first: 'initialize' },
]

let product
let fixture
before(async () => {
  product = await startProduct()
  fixture = await startFixture()
})
after(() => Promise.all([product?.close(), fixture?.close()]))

const callTool = (name, ...args) =>
  ['--method', 'tools/call', '--tool-name', name].concat(args.flatMap((arg) => ['--tool-arg', arg]))

/** What it printed: the result as JSON, and nothing else. */
function resultOf({ code, stdout, stderr }, expectedCode = 0) {
  assert.equal(code, expectedCode, stderr)
  return JSON.parse(stdout)
}

for (const { name, path, flags, first } of WAYS) {
  const isStateless = first === 'server/discover'
  const inspect = ({ url }, ...args) => runInspector([url + path, '--transport', ...flags, ...args])

  test(`${name}: Inspector 2 lists the tool, with its schema untouched and not as destructive`, async () => {
    const { tools } = resultOf(await inspect(product, '--method', 'tools/list'))
    assert.equal(tools.length, 1)
    assert.equal(tools[0].name, HACKER_NEWS)
    assert.deepEqual(tools[0].inputSchema, CAPTURED_TOOL.inputSchema)
    assert.equal(tools[0].annotations.readOnlyHint, true)
  })

  test(`${name}: Inspector 2 calls the tool and prints the stories`, async () => {
    const result = resultOf(await inspect(product, ...callTool(HACKER_NEWS, 'type=topstories', 'amount=3')))
    assert.equal(result.content.filter(({ text }) => text.startsWith('{') && JSON.parse(text).id > 0).length, 3)
  })

  test(`R-TO-10, R-TO-11, ${name}: a refusal of the tool is exit 5 with its words, an unknown tool says so`, async () => {
    const refused = await inspect(product, ...callTool(HACKER_NEWS, 'type=topstories', 'amount=501'))
    assert.match(resultOf(refused, 5).content[0].text, /\/amount .*500.* maximum/)
    const { code, stderr } = await inspect(product, ...callTool('no-such-tool'))
    assert.notEqual(code, 0)
    assert.match(stderr, /no-such-tool/)
  })

  test(`${name}: what Inspector 2 sends is of one era, from the first message on`, async () => {
    const since = fixture.requests.length
    const result = resultOf(await inspect(fixture, ...callTool('echo', 'text=heard')))
    assert.deepEqual(result.content, [{ type: 'text', text: 'heard' }])
    const posts = fixture.requests.slice(since).filter(({ method }) => method === 'POST')
    if (isStateless) assert.equal(posts[0].headers['mcp-method'], first)
    for (const { headers } of posts.slice(1)) {
      assert.equal(headers['mcp-protocol-version'], isStateless ? '2026-07-28' : '2025-11-25')
      assert.equal('mcp-session-id' in headers, name === 'legacy')
      assert.equal('mcp-method' in headers, isStateless)
    }
    assert.ok(posts.length >= 2)
  })
}

test('neither server had anything to complain about', () => {
  assert.doesNotMatch(product.output(), /"level":"error"/)
  assert.deepEqual(
    fixture.log.filter(({ level }) => level === 'error'),
    [],
  )
})
