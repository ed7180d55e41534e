// node course/06-a-tool/see.mjs: one call that is right and four that are not, and what the solution of this lesson answers.
import { fileURLToPath } from 'node:url'
import { connect } from '../stages/sse-client.mjs'
import { startServer } from '../stages/start.mjs'
import { targetOf } from '../stages/check.mjs'
import { Conversation } from '../stages/wire.mjs'

const CALLS = [
  '{"name":"get-hackernews-item","arguments":{"id":21511019}}',
  '{"name":"get-hackernews-item","arguments":{"id":1}}',
  '{"name":"get-hackernews-item","arguments":{"id":"abc"}}',
  '{"name":"get-hackernews-item","arguments":{"id":21511019,"colour":"red"}}',
  '{"name":"get-hackernews-weather","arguments":{}}',
]

const server = await startServer(fileURLToPath(new URL('solution.mjs', import.meta.url)))
const talk = new Conversation()
const client = await connect(talk, targetOf(server.url))
await client.initialize()
for (const params of CALLS) {
  const { result, error } = await client.call('tools/call', JSON.parse(params))
  const [block] = result?.content ?? []
  if (block?.text.length > 80) block.text = `${block.text.slice(0, 40)}…`
  console.log(`> tools/call ${params}\n~ ${JSON.stringify(error ? { error } : { result })}\n`)
}
talk.close()
await server.close()
