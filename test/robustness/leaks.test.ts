// T-48, T-60, T-61: sessions that nobody ends leave nothing behind.
// Runs once: what is left in memory is measured on one Node.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ABANDON = fileURLToPath(new URL('../support/abandon.ts', import.meta.url))
const MB = 1e6

// T-60 allows 12 MB, to a collector that may be late. Here it is called, so less is enough.
const ALLOWED = 5 * MB

test(
  'T-48, T-60, T-61: after 10,000 abandoned sessions memory, timers, sockets and descriptors are as before',
  { timeout: 300_000 },
  async (t) => {
    const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', ABANDON], {
      env: { ...process.env, NODE_OPTIONS: '' }, // what looks at all messages also keeps them
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill())
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    assert.deepEqual(await once(child, 'close'), [0, null])
    const { each, before, afterCuts, held, asked, after } = JSON.parse(text)
    const kilobytes = (bytes: number) => `${(bytes / each / 1000).toFixed(2)} kB`
    t.diagnostic(
      `an abandoned session of Streamable HTTP holds ${kilobytes(held.heap - afterCuts.heap)} until it is idle`,
    )
    t.diagnostic(
      `afterwards: HTTP+SSE ${kilobytes(afterCuts.heap - before.heap)}, both ${kilobytes(after.heap - before.heap)}`,
    )
    t.diagnostic(JSON.stringify({ before, afterCuts, held, asked, after }))

    // So many were there that forgetting them is something.
    assert.ok(held.heap - afterCuts.heap > each * 1000, 'the sessions were never held')
    for (const [when, now] of Object.entries({ afterCuts, after }) as [string, typeof before][]) {
      assert.ok(now.heap - before.heap < ALLOWED, `${when}: ${(now.heap - before.heap) / MB} MB more`)
      assert.deepEqual(now.resources, before.resources, when)
      assert.ok(now.files <= before.files, `${when}: ${now.files} descriptors, ${before.files} before`)
    }
  },
)
