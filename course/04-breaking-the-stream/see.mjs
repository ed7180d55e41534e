// node course/04-breaking-the-stream/see.mjs: a reader is cut and comes back; meanwhile the count goes on.
import { fileURLToPath } from 'node:url'
import { startServer } from '../stages/start.mjs'
import { Conversation } from '../stages/wire.mjs'

const server = await startServer(fileURLToPath(new URL('solution.mjs', import.meta.url)), { TICK_MS: '50' })
const talk = new Conversation()
const get = (id) => talk.request('GET', `${server.url}/ticks`, { headers: { 'Last-Event-ID': id } })

/** Reads a stream up to a tick, and prints what came. */
async function readTo(tick, stream) {
  while ((await stream.event()).lastEventId !== tick);
  const end = `data: ${tick}\n\n`
  console.log(stream.body.slice(0, stream.body.indexOf(end) + end.length))
}

const other = await get('0')
console.log('> GET /ticks  Last-Event-ID: 0')
const first = await get('0')
await readTo('2', first)
first.close()
console.log('(cut. Meanwhile the server counts to 5.)\n')
while ((await other.event()).lastEventId !== '5');

console.log('> GET /ticks  Last-Event-ID: 2')
await readTo('6', await get('2'))
talk.close()
await server.close()
