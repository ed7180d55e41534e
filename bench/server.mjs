// The whole server as a user gets it, with three tools to call and a way to say something to everybody.
//   npm run bench:server
//   PORT, HOST     where it listens; default 3000 on 127.0.0.1
//   TOOLS          how many tools it has; default 3
//   REDIS_URL      an engine that it shares with other nodes; NODE_ID is its name
//   REPLY=sse      every POST is answered by a stream; default json, wherever the client takes it
// Nothing is switched off. Four limits are raised, and printed, so that a load from one address fits in.
import { defineTool, LIMITS, serve } from '../dist/index.js'
import { storiesText } from './lib/stories.mjs'
import { sayLater } from './lib/wait.mjs'

const RAISED = {
  maxSessions: 1_000_000,
  maxConnections: 1_000_000,
  maxListens: 1_000_000,
  maxRequestsPerSocket: 1_000_000_000,
}

const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string' } },
}

const echo = defineTool({
  name: 'echo',
  description: 'Says the text again.',
  inputSchema: text,
  run: ({ text }) => text,
})

const wait = defineTool({
  name: 'wait',
  description: 'Says the text again, two milliseconds later.',
  inputSchema: text,
  run: sayLater,
})

const stories = defineTool({
  name: 'stories',
  description: 'Five hundred stories or fewer, made into text at every call.',
  inputSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { count: { type: 'integer', minimum: 1, maximum: 500 } },
  },
  run: ({ count }) => storiesText(count),
})

const more = Array.from({ length: Math.max(0, Number(process.env.TOOLS ?? 3) - 3) }, (_none, index) => ({
  ...echo,
  name: `echo-${index}`,
}))

/** What everybody can be told of is a change: each session and each subscription hears one notification. */
function broadcast(request, response) {
  if (request.method !== 'POST' || request.url !== '/bench/broadcast') return response.writeHead(404).end()
  running.changes.publish({ kind: 'toolsListChanged' })
  response.writeHead(202, { 'Content-Length': 0 }).end()
}

async function engine(url) {
  const { redisEngine } = await import('../dist/redis/index.js')
  return {
    engine: await redisEngine({ url, nodeId: process.env.NODE_ID, serverSecret: 'of the bench', maxSessions: 1e6 }),
  }
}

const running = await serve({
  name: 'sse-mcp-bench',
  version: '1',
  tools: [echo, wait, stories, ...more],
  listChanged: true,
  fallback: broadcast,
  port: Number(process.env.PORT ?? 3000),
  ...(process.env.HOST && { host: process.env.HOST }),
  limits: RAISED,
  ...(process.env.REDIS_URL && (await engine(process.env.REDIS_URL))),
})

// A reply is a stream where the client takes nothing but a stream: so this is what each client is made to say.
if (process.env.REPLY === 'sse')
  running.server.prependListener('request', ({ headers }) => (headers.accept = 'text/event-stream'))

console.log(`${running.url}: echo, wait, stories, POST /bench/broadcast; replies: ${process.env.REPLY ?? 'json'}`)
for (const [name, value] of Object.entries(RAISED)) console.log(`  ${name} ${value} (default ${LIMITS[name][0]})`)
