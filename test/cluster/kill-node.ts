// A node in a process of its own, to be killed: `node --import tsx test/cluster/kill-node.ts URL NODE_ID`. It prints where
// it listens.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, serve } from '../../src/index.ts'
import { redisEngine } from '../../src/redis/index.ts'

const [url = '', nodeId = ''] = process.argv.slice(2)
const works = defineTool({
  name: 'works',
  inputSchema: {
    type: 'object',
    properties: { ms: { type: 'integer' }, steps: { type: 'integer' }, text: { type: 'string' } },
  },
  async run({ ms = 0, steps = 1, text = '' }, { progress }) {
    for (let step = 1; step <= steps; step++) {
      progress(step)
      await sleep(ms / steps)
    }
    return `${text} by ${nodeId}`
  },
})
const engine = await redisEngine({ url, nodeId, serverSecret: 'a secret of the tests, 32 bytes!!' })
const server = await serve({ name: 'test', version: '1', port: 0, listChanged: true, tools: [works], engine })
console.log(server.url)
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)))
