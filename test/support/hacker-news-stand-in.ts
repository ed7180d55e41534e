// A Hacker News API of our own on this machine, and all that can go wrong with one.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HandlerContext, LogEntry, ToolReturn } from '../../src/mcp/index.ts'

/** What an item of the API has at least. */
export interface Item {
  id: number
  [member: string]: unknown
}

/** What happens to one request instead of a good answer. */
export type Fault =
  | { status: number; headers?: Record<string, string> }
  /** Any value in place of the right one, as good JSON. */
  | { json: unknown }
  | { text: string | Buffer; type?: string }
  /** A good answer, after this. */
  | { after: Promise<unknown> }
  | 'never'
  | 'reset before head'
  | 'reset after head'
  | 'half a body'
  | 'drip'
  | '10 MiB'
  | 'endless'
  | 'endless 500'

export interface StandInOptions {
  /** Default: four stories, 1 to 4. */
  items?: readonly Item[]
  /** The ids of each list. Default: every item, in their order. */
  lists?: Record<string, readonly unknown[]>
  /** Looks at the path below /v0 (`topstories`, `item/1`) and at how often it has been asked for, this time included. */
  fault?: (path: string, time: number) => Fault | undefined
}

export interface StandIn {
  /** What `HN_BASE_URL` is set to. */
  readonly url: string
  /** The paths asked for below /v0, without `.json`, in order of arrival. */
  readonly requests: string[]
  /** How many are under way now, and how many were at most. */
  readonly open: { now: number; most: number }
  /** Fulfilled when so many requests have arrived in all. */
  arrived(count: number): Promise<void>
  /** Fulfilled when no request is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

export const story = (id: number): Item => ({
  by: 'someone',
  descendants: 0,
  id,
  score: 1,
  time: 1744712237,
  title: `Story ${id}`,
  type: 'story',
  url: `https://example.com/${id}`,
})

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { items = [1, 2, 3, 4].map(story), fault } = options
  const ids = items.map(({ id }) => id)
  const lists: Record<string, unknown> = {
    topstories: ids,
    newstories: ids,
    beststories: ids,
    ...options.lists,
  }
  const byPath = new Map<string, unknown>([
    ...Object.entries(lists),
    ...items.map((item): [string, unknown] => [`item/${item.id}`, item]),
  ])
  const requests: string[] = []
  const times = new Map<string, number>()
  const open = { now: 0, most: 0 }
  let waiting: { until: () => boolean; resolve: () => void }[] = []
  const look = (): void => {
    for (const { until, resolve } of waiting) if (until()) resolve()
    waiting = waiting.filter(({ until }) => !until())
  }
  const when = (until: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ until, resolve })
      look()
    })

  const server = createServer((request, response) => {
    const path = /^\/v0\/(.+)\.json$/.exec(request.url ?? '')?.[1] ?? `not the API: ${request.url}`
    const time = (times.get(path) ?? 0) + 1
    times.set(path, time)
    requests.push(path)
    open.most = Math.max(open.most, ++open.now)
    response.once('close', () => {
      open.now--
      look()
    })
    look()
    // The API says null to an id that it does not know.
    void answer(response, byPath.get(path) ?? null, fault?.(path, time))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  let closed: Promise<unknown> | undefined
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v0`,
    requests,
    open,
    arrived: (count) => when(() => requests.length >= count),
    idle: () => when(() => open.now === 0),
    async close() {
      closed ??= once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
  started.push(standIn)
  return standIn
}

const started: StandIn[] = []

/** For the end of a test file: a test that fails leaves its stand-in open, and that would keep the process. */
export const closeStandIns = async (): Promise<void> => {
  for (const standIn of started) await standIn.close()
}

async function answer(response: ServerResponse, value: unknown, fault: Fault | undefined): Promise<void> {
  if (fault === undefined) return json(response, value)
  if (typeof fault === 'string') return BROKEN[fault](response, JSON.stringify(value))
  if ('status' in fault) return void response.writeHead(fault.status, fault.headers).end()
  if ('json' in fault) return json(response, fault.json)
  if ('text' in fault) return void response.writeHead(200, { 'Content-Type': fault.type ?? JSON_TYPE }).end(fault.text)
  await fault.after
  json(response, value)
}

const JSON_TYPE = 'application/json; charset=utf-8'

function json(response: ServerResponse, value: unknown): void {
  if (!response.destroyed) response.writeHead(200, { 'Content-Type': JSON_TYPE }).end(JSON.stringify(value))
}

const BROKEN: Record<Fault & string, (response: ServerResponse, text: string) => void> = {
  never: () => {},
  'reset before head': (response) => void response.socket!.resetAndDestroy(),
  'reset after head': (response) => {
    response.writeHead(200, { 'Content-Type': JSON_TYPE }).flushHeaders()
    setImmediate(() => response.socket?.resetAndDestroy())
  },
  'half a body': (response, text) => {
    response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': text.length })
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  },
  drip: (response, text) => {
    response.writeHead(200, { 'Content-Type': JSON_TYPE })
    let at = 0
    const timer = setInterval(() => response.write(text[at++ % text.length]), 20)
    response.once('close', () => clearInterval(timer))
  },
  '10 MiB': (response) =>
    void response.writeHead(200, { 'Content-Type': JSON_TYPE }).end(`"${'x'.repeat(10 * 1024 * 1024)}"`),
  endless: (response) => endless(response, 200),
  'endless 500': (response) => endless(response, 500),
}

function endless(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': JSON_TYPE })
  const more = (): void => {
    if (!response.destroyed) response.write(' '.repeat(64 * 1024), () => setImmediate(more))
  }
  more()
}

/** What a tool gets without a server around it. */
export function newCall(given: Partial<HandlerContext> = {}): HandlerContext {
  return {
    signal: new AbortController().signal,
    deadline: Date.now() + 20_000,
    principal: undefined,
    extensions: {},
    progress: () => {},
    log: () => {},
    releaseConnection: () => {},
    ask: (() => assert.fail('this tool asks nothing')) as unknown as HandlerContext['ask'],
    ...given,
  }
}

/** A log that is kept, not printed. */
export function quiet() {
  const entries: LogEntry[] = []
  return { entries, log: (entry: LogEntry): void => void entries.push(entry) }
}

export function textsOf(returned: ToolReturn): string[] {
  assert.ok(typeof returned === 'object' && !returned.isError)
  const { content } = returned as { content: { type: string; text: string }[] }
  return content.map((block) => (block.type === 'text' ? block.text : assert.fail(block.type)))
}

/** What is JSON of an answer, read. */
export const storiesIn = (returned: ToolReturn): Item[] =>
  textsOf(returned)
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as Item)
