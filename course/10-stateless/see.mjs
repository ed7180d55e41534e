// node course/10-stateless/see.mjs: one request that needs no other, its answer, and what a wrong header gets.
import { fileURLToPath } from 'node:url'
import { startServer } from '../stages/start.mjs'
import { stateless } from '../stages/10-stateless.mjs'
import { Conversation } from '../stages/wire.mjs'

const server = await startServer(fileURLToPath(new URL('solution.mjs', import.meta.url)))
const talk = new Conversation()

async function show({ message, headers }) {
  console.log('> POST /mcp')
  for (const [name, value] of Object.entries(headers)) console.log(`> ${name}: ${value}`)
  console.log(`>\n> ${JSON.stringify(message, null, 2).replaceAll('\n', '\n> ')}\n`)
  const response = await talk.post(`${server.url}/mcp`, message, headers)
  const answer = await response.json()
  if (answer.result?.content) answer.result.content[0].text = '…'
  console.log(`< ${response.status}\n< ${JSON.stringify(answer, null, 2).replaceAll('\n', '\n< ')}\n`)
}

const call = stateless('tools/call', { name: 'get-hackernews-item', arguments: { id: 21511019 } })
await show(call)
console.log('The same, but with Mcp-Name: count')
const response = await talk.post(`${server.url}/mcp`, call.message, { ...call.headers, 'Mcp-Name': 'count' })
console.log(`< ${response.status}\n< ${JSON.stringify(await response.json())}`)
talk.close()
await server.close()
