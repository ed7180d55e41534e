// The attack suite (./abuse) against the fetch face, behind the smallest server of Requests that there can be.
// Runs once: it attacks for minutes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

interface Outcome {
  name: string
  results: { name: string; failure?: string }[]
}

const ABUSE = fileURLToPath(new URL('abuse/', import.meta.url))
const SERVER = join(ABUSE, 'fetch-server.mjs')
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-abuse-fetch-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What comes to the server before there is a Request, or is no Request at all: not the face answers it. */
const NOT_OURS = [
  /^page: /, // there are no pages
  /^http-targets: T-5 .*\/health|^http-targets: T-5 "\/(client\.js\/)?\.\.\/?"/, // the path of a URL is the one it comes to
  /^host-origin: T-20 .*seen (\[)?400/, // a Host of which no URL can be made
  /^host-origin: T-20 HTTP\/1\.0 without Host/, // a Request has a URL, and with it a host
  /^http-head: T-3 4,000 headers/, // 4,000 of one name are one header in a Request
  /^http-head: T-4 TRACE/, // there is no such Request
  /^http-head: T-12, T-20 who is refused is not told to send the body/, // Expect: 100-continue
  /^http-bodies: T-7 a length over the limit gets no 100 Continue/,
  /^http-framing: T-11 nothing behind Connection: close/, // Node answers what follows before the promise is fulfilled
]

const { starter } = (await import(new URL('abuse/start.mjs', import.meta.url).href)) as {
  starter(program: string): () => Promise<{ url: string; pid: number; end(): Promise<void> }>
}
const file = join(folder, 'outcomes.json')
const server = await starter(SERVER)()
const looks = process.platform === 'linux' ? ['--pid', String(server.pid)] : []
const args = [join(ABUSE, 'run.mjs'), server.url, '--quick', '--json', file, '--start', SERVER, ...looks]
const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
await server.end()
const outcomes = JSON.parse(readFileSync(file, 'utf8')) as Outcome[]

for (const { name, results } of outcomes)
  test(`abuse of the fetch face, ${name}: ${results.length} cases`, () => {
    const failed = results.filter(({ failure }) => failure).map((one) => `${name}: ${one.name}: ${one.failure}`)
    assert.deepEqual(
      failed.filter((line) => !NOT_OURS.some((pattern) => pattern.test(line))),
      [],
    )
  })

test('the attacks were made', () => {
  assert.ok(outcomes.flatMap(({ results }) => results).length >= 1_300, run.stdout)
})
