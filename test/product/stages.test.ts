// The stages of the course pass on the server of this project, in every protocol version, and on the server that the
// course builds; and they say in terms of the wire what is missing.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defineTool, serve } from '../../src/index.ts'

interface Outcome {
  outcome: 'passed' | 'skipped' | 'failed'
  reason?: string
}
interface Stage {
  number: number
  checks: { en: string; zh: string }[]
}

process.env['CHECK_PATIENCE_MS'] = '20000' // before the stages are loaded
const COURSE = fileURLToPath(new URL('../../course', import.meta.url))
const { checkServer, runStage, stages, targetOf } = (await import(
  new URL('../../course/stages/check.mjs', import.meta.url).href
)) as {
  checkServer(file: string, lang: string, print: (line: string) => void): Promise<boolean>
  runStage(stage: Stage, target: object): Promise<Outcome[]>
  stages: Stage[]
  targetOf(url: string, known?: object): object
}

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  annotations: { readOnlyHint: true },
  inputSchema: {
    type: 'object',
    properties: { who: { type: 'string' } },
    required: ['who'],
    additionalProperties: false,
  },
  run: ({ who }) => `Hello, ${who}!`,
})
const count = defineTool({
  name: 'count',
  description: 'Counts, and tells how far it is',
  inputSchema: { type: 'object', properties: { to: { type: 'integer' } }, required: ['to'] },
  async run({ to }, { progress }) {
    for (let n = 1; n <= to; n++) {
      await new Promise(setImmediate)
      progress(n, to)
    }
    return `counted to ${to}`
  },
})

const { url, close } = await serve({ name: 'stages', version: '1.0.0', tools: [greet, count], port: 0 })
after(close)

const KNOWN = {
  call: { name: 'greet', arguments: { who: 'you' } },
  slow: { name: 'count', arguments: { to: 3 } },
}
const SSE = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']
const VERSIONS = new Map([
  [4, ['2024-11-05']],
  [5, SSE],
  [6, SSE],
  [7, SSE],
  [9, SSE.slice(1)],
  [10, ['2026-07-28']],
])
/** What does not apply: our streams of HTTP+SSE have no ids, as the specification has none. */
const SKIPPED = new Map([[4, 1]])

for (const stage of stages)
  for (const version of VERSIONS.get(stage.number)!)
    test(`stage ${stage.number} passes on our server, ${version}`, async () => {
      const target = targetOf(url, { version, ...KNOWN })
      const outcomes = await runStage(stage, target)
      assert.deepEqual(
        outcomes.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason),
        [],
      )
      assert.equal(outcomes.filter(({ outcome }) => outcome === 'skipped').length, SKIPPED.get(stage.number) ?? 0)
    })

async function checked(file: string, lang = 'en') {
  const lines: string[] = []
  const isGood = await checkServer(file, lang, (line) => lines.push(line))
  return { isGood, text: lines.join('\n') }
}

test('the server that the course ends with passes all stages, none skipped', async () => {
  const { isGood, text } = await checked(join(COURSE, '10-stateless/solution.mjs'))
  assert.ok(isGood, text)
  assert.doesNotMatch(text, /–/)
})

test('a server that stops at lesson 4 is told what lesson 5 is about, in terms of the wire', async () => {
  const { isGood, text } = await checked(join(COURSE, '04-breaking-the-stream/solution.mjs'))
  assert.equal(isGood, false)
  assert.match(text, /● {2}4 {2}A stream {2}5\/5/)
  assert.match(
    text,
    /○ {2}5 .+ 0\/10\n +✗ .+\n +> GET \/sse .+\n +< 404 text\/plain\n +< Nothing here\.\n +! 200, Content-Type: text\/event-stream/,
  )
  assert.match(text, /npm run lesson 5$/)
})

test('a URL will do, and the words are those of the reader', async () => {
  const { isGood, text } = await checked(`${url}/sse`, 'zh')
  assert.match(text, /● {2}5 {2}HTTP\+SSE 上的 MCP 握手 {2}10\/10/)
  assert.ok(isGood, text)
})

test('what is no server, and what is not there, is said', async () => {
  assert.match((await checked(join(COURSE, 'no-such-server.mjs'))).text, /is not there/)
  assert.match((await checked(join(COURSE, 'named.mjs'))).text, /It printed no URL/)
})
