// A server in a process with little memory, for test/robustness/weight.test.ts: it says what it holds whenever it is asked.
import { defineResource, defineTool, serve } from '../../src/index.ts'

const inputSchema = { type: 'object' } as const
const large = 'x'.repeat(4_000_000)
const { url, close } = await serve({
  name: 'weighed',
  version: '1',
  port: 0,
  limits: { keepAliveMs: 0, drainMs: 0 },
  listChanged: true,
  log() {},
  tools: [
    defineTool({
      name: 'hangs',
      inputSchema,
      run: (_args, { signal }) =>
        new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('too late'))),
    }),
    defineTool({ name: 'large', inputSchema, run: () => large }),
    defineTool({ name: 'huge', inputSchema, run: () => large.repeat(4) }),
    defineTool({
      name: 'steps',
      inputSchema,
      run(_args, call) {
        for (let n = 1; n <= 50; n++) call.progress(n)
        return 'done'
      },
    }),
  ],
  resources: [defineResource({ uri: 'test://r', name: 'r', read: () => 'r' })],
})
process.on('message', async (message) => {
  if (message === 'close') return void (await close().then(() => process.exit(0)))
  for (let round = 0; round < 3; round++) {
    globalThis.gc!()
    await new Promise((resolve) => setImmediate(resolve)) // what finalizers let go of goes in the next round
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  process.send!({ held: heapUsed + arrayBuffers })
})
process.send!({ url })
