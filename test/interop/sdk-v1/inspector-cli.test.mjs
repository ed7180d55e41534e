// The official Inspector's command line against the product, over HTTP+SSE.
// Needs: sdk-v1
import assert from 'node:assert/strict'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProgram, startProduct } from './server.mjs'
import { CAPTURED_TOOL } from '../../support/hacker-news-tool.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)
const CLI = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/cli/build/cli.js', import.meta.url))
let product
before(async () => {
  product = await startProduct()
})
after(() => product?.close())

const inspector = (...args) => runProgram([CLI, '--cli', `${product.url}/sse`, '--transport', 'sse', ...args])
const callTool = (name, ...args) =>
  inspector('--method', 'tools/call', '--tool-name', name, ...args.flatMap((arg) => ['--tool-arg', arg]))

/** What it printed: the result as JSON, and nothing else. */
function resultOf({ code, stdout, stderr }) {
  assert.deepEqual([code, stderr], [0, ''])
  return JSON.parse(stdout)
}

test('the Inspector lists the tool, with its schema untouched and not as destructive', async () => {
  const { tools } = resultOf(await inspector('--method', 'tools/list'))
  assert.equal(tools.length, 1)
  const [{ name, description, inputSchema, annotations }] = tools
  assert.deepEqual([name, description], [CAPTURED_TOOL.name, CAPTURED_TOOL.description])
  assert.deepEqual(inputSchema, CAPTURED_TOOL.inputSchema)
  // Without the hints a client has to assume that the tool destroys something.
  assert.equal(annotations.readOnlyHint, true)
})

test('the Inspector calls the tool and prints the stories', async () => {
  const { content, isError } = resultOf(await callTool('get-hackernews-top-stories', 'type=topstories', 'amount=3'))
  assert.equal(isError, undefined)
  const stories = content.filter(({ text }) => text.startsWith('{')).map(({ text }) => JSON.parse(text))
  assert.equal(stories.length, 3)
  for (const { id, title } of stories) assert.ok(Number.isInteger(id) && title.length > 0)
})

test('R-TO-10: wrong arguments reach the Inspector as a result that says what to correct', async () => {
  for (const [arg, words] of [
    ['amount=501', /\/amount .*500.* maximum/],
    ['amount=0', /\/amount .*1.* minimum/],
    ['limit=3', /limit.* additionalProperties/],
  ]) {
    const { content, isError } = resultOf(await callTool('get-hackernews-top-stories', 'type=topstories', arg))
    assert.equal(isError, true)
    assert.match(content[0].text, words)
  }
})

test('R-TO-11: an unknown tool ends the Inspector with a sentence', async () => {
  const { code, stderr } = await callTool('no-such-tool')
  assert.equal(code, 1)
  assert.match(stderr, /-32602.*Unknown tool: no-such-tool/)
})

test('the Inspector sets the log level', async () => {
  assert.deepEqual(resultOf(await inspector('--method', 'logging/setLevel', '--log-level', 'debug')), {})
})
