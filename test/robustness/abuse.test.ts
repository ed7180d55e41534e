// The attack suite (./abuse) against the server as a user starts it: T-1 to T-62 and T-90, from outside, by raw sockets.
// Runs once: it attacks the product for minutes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

interface Result {
  name: string
  failure?: string
}
interface Outcome {
  name: string
  results: Result[]
  skipped?: string
}
interface Server {
  url: string
  pid: number
  end(): Promise<void>
}
type Start = (env?: Record<string, string>) => Promise<Server>

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RUN = join(ROOT, 'test', 'robustness', 'abuse', 'run.mjs')
const MAIN = join(ROOT, 'dist', 'main.js')

const { starter } = (await import(new URL('abuse/start.mjs', import.meta.url).href)) as {
  starter(program: string): Start
}
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-abuse-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What the suite's own command finds. */
function attack(url: string, args: readonly string[], env: Record<string, string> = {}): Outcome[] {
  const file = join(folder, 'outcomes.json')
  const { stdout, stderr } = spawnSync(process.execPath, [RUN, url, '--json', file, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Outcome[]
  } catch {
    throw new Error(`no outcome: ${stdout}${stderr}`)
  } finally {
    rmSync(file, { force: true })
  }
}

const server = await starter(MAIN)()
// Memory and descriptors are read from /proc.
const looks = process.platform === 'linux' ? ['--pid', String(server.pid)] : []
const outcomes = attack(server.url, [...looks, '--start', MAIN])
await server.end()

for (const { name, results, skipped } of outcomes)
  test(`abuse, ${name}: ${results.length} cases`, { skip: skipped && `needs ${skipped}` }, () => {
    assert.deepEqual(
      results.filter(({ failure }) => failure).map((one) => `${one.name}: ${one.failure}`),
      [],
    )
  })

test('abuse: there are at least 364 cases, each with the requirement it shows', () => {
  const names = outcomes.flatMap(({ results }) => results.map(({ name }) => name))
  assert.ok(names.length >= 364, `${names.length} cases`)
  assert.equal(new Set(names).size, names.length, 'two cases have one name')
  assert.deepEqual(
    names.filter((name) => !/^T-\d+/.test(name)),
    [],
  )
})

test('abuse: a server without checks fails most cases, so they can fail', async (context) => {
  const naive = await starter(join(ROOT, 'test', 'robustness', 'abuse', 'naive-server.mjs'))()
  const quick = ['--quick'] // those that wait for a limit would wait long for a server that has none
  const results = attack(naive.url, quick, { ABUSE_PATIENCE_MS: '200' }).flatMap((outcome) => outcome.results)
  await naive.end()
  const passed = results.filter(({ failure }) => !failure).length
  context.diagnostic(`a server without checks passes ${passed} of ${results.length}`)
  assert.ok(results.length >= 364 && passed < results.length / 2, `${passed} of ${results.length} passed`)
})
