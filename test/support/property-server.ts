// A server that generated input is sent to, ways to speak to it, and JSON of every kind.
import { once } from 'node:events'
import { after } from 'node:test'
import fc from 'fast-check'
import { defineTool, serve, type LogEntry } from '../../src/index.ts'
import { createParser } from '../../src/sse/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import { echo } from './tools.ts'
import { connectHttpSse, post, type Answer, type Json } from './wire.ts'

fc.configureGlobal({ includeErrorInReport: true })

const META = 'io.modelcontextprotocol/'
const STATELESS = '2026-07-28'
export const WITH_SESSION = ['2025-03-26', '2025-06-18', '2025-11-25']

/** What the gated tool is doing, by the mark that each call brings. */
export interface Run {
  open: () => void
  begun: Promise<void>
  begin: () => void
  over: Promise<'done' | 'aborted'>
  end: (how: 'done' | 'aborted') => void
}
export const runs = new Map<string, Run>()

const logged: LogEntry[] = []
export const hackerNews = createHackerNews({ source: 'snapshot' })
const { url, close } = await serve({
  name: 'test',
  version: '1',
  port: 0,
  log: (entry) => void logged.push(entry),
  tools: [
    hackerNews,
    echo,
    defineTool({
      name: 'gated',
      inputSchema: { type: 'object', properties: { mark: { type: 'string' } }, required: ['mark'] },
      async run({ mark }, { progress, signal }) {
        const run = runs.get(mark)!
        const opened = new Promise<void>((resolve) => (run.open = resolve))
        progress(1)
        run.begin()
        await Promise.race([opened, once(signal, 'abort')])
        run.end(signal.aborted ? 'aborted' : 'done')
        return mark
      },
    }),
    defineTool({
      name: 'tells',
      inputSchema: { type: 'object', properties: {} },
      run(_args, { progress }) {
        progress(1)
        return 'told'
      },
    }),
  ],
})
after(close)
export const mcp = `${url}/mcp`

export const unexpected = () => logged.filter(({ reason }) => reason === 'internal-error')
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const request = (id: unknown, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params })
export const initialize = (id: unknown, protocolVersion: string) =>
  request(id, 'initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } })
const _meta = { [`${META}protocolVersion`]: STATELESS, [`${META}clientCapabilities`]: {} }
export const modern = (id: unknown, method: string, params: object = {}) =>
  request(id, method, { ...params, _meta: { ..._meta, ...(params as { _meta?: object })._meta } })
export const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': STATELESS,
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
})

export async function openSession(version: string): Promise<Record<string, string>> {
  const { headers } = await post(mcp, initialize('init', version))
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  await post(mcp, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)
  return session
}

export async function openHttpSse() {
  const client = await connectHttpSse(url)
  await client.call('initialize', initialize(0, '2024-11-05').params, 'init')
  return client
}

/** The messages of an answer, be it JSON or a stream. */
export function messagesOf({ headers, text }: Answer): Json[] {
  if (text === '') return []
  if (headers['content-type'] !== 'text/event-stream') return [JSON.parse(text)].flat()
  const messages: Json[] = []
  createParser({ onEvent: ({ data }) => void (data && messages.push(JSON.parse(data))) }).feed(text)
  return messages
}

export const key = fc.constantFrom(
  'id',
  'method',
  'params',
  'jsonrpc',
  'result',
  '_meta',
  '__proto__',
  'constructor',
  '0',
  'x',
)
export const anyJson = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -0, 1e21, 0.5, '', [], {}, '\ud800', 2 ** 53))
