// What the compiler must accept and what it must refuse; checked by `npm run types`, never run.
import { createServer } from 'node:http'
import { createMcpHandler, defineTool, serve } from '../src/index.ts'
import { createParser, openStream } from '../src/sse/index.ts'

// The arguments' types come from the schema.
export const hello = defineTool({
  name: 'hello',
  inputSchema: {
    type: 'object',
    properties: {
      who: { type: 'string' },
      times: { type: 'integer', default: 1 },
      loud: { type: 'boolean' },
    },
    required: ['who'],
  },
  run({ who, times, loud }) {
    const text: string = who
    const count: number = times // a default is filled in before the tool runs
    // @ts-expect-error it may be absent
    const yes: boolean = loud
    return text.repeat(count) + String(yes)
  },
})

defineTool({
  name: 'shapes',
  inputSchema: {
    type: 'object',
    properties: {
      unit: { enum: ['c', 'f'] },
      days: {
        type: 'array',
        items: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      },
      else: {},
    },
    required: ['unit', 'days', 'else'],
  },
  run({ unit, days, else: anything }) {
    const one: 'c' | 'f' = unit
    const n: number = days[0]!.n
    // @ts-expect-error unit is never 'k'
    if (unit === 'k') return ''
    // @ts-expect-error what the schema does not say is unknown
    anything.toFixed()
    return `${one}${n}`
  },
})

defineTool({
  name: 'typo',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  // @ts-expect-error `whom` is not in the schema
  run: ({ whom }) => `${whom}`,
})

defineTool({
  name: 'returns',
  inputSchema: { type: 'object', properties: {} },
  // @ts-expect-error a number is no result
  run: () => 7,
})

// A tool sees nothing of HTTP.
defineTool({
  name: 'call',
  inputSchema: { type: 'object', properties: {} },
  async run(_args, call) {
    call.signal.throwIfAborted()
    call.progress(1, 2, 'half')
    call.log('info', { deadline: call.deadline, who: call.principal?.subject })
    // @ts-expect-error no such level
    call.log('loud', '')
    // @ts-expect-error no request, no response, no headers
    void call.request
    const { name } = await call.ask({ name: { method: 'elicitation/create', params: { message: 'Who?' } } })
    return { content: [{ type: 'text', text: JSON.stringify(name) }] }
  },
})

// The three ways in.
export const whole = () => serve({ name: 'demo', version: '1.0.0', tools: [hello] })

const mcp = createMcpHandler({
  name: 'demo',
  version: '1.0.0',
  tools: [hello],
  allowedHosts: ['api.example.com'],
})
export const mounted = createServer((request, response) => {
  void mcp(request, response, () => response.end('the rest of my site'))
})

export const alone = createServer((_request, response) => {
  const stream = openStream(response, { keepAliveMs: 10_000 })
  const timer = setInterval(() => stream.send({ event: 'tick', data: new Date().toISOString() }), 1000)
  stream.closed.addEventListener('abort', () => clearInterval(timer))
})

const parser = createParser({
  onEvent: ({ type, data, lastEventId }) => console.log(type, data, lastEventId),
})
parser.feed('data: a\n\n')
parser.feed(new Uint8Array([10]))
// @ts-expect-error an event has type and lastEventId, as the standard names them
createParser({ onEvent: ({ event, id }) => console.log(event, id) })
