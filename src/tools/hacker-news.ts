import { setMaxListeners } from 'node:events'
import { defineTool, RpcError, ToolError } from '../mcp/index.ts'
import type { HandlerContext, CallToolResult, Tool } from '../mcp/index.ts'
import { timeLimit } from '../upstream/abort.ts'
import { createHackerNewsApi, type ListName } from './hacker-news-api.ts'
import { readOptions, type HackerNewsOptions } from './hacker-news-options.ts'
import { readSnapshot } from './hacker-news-snapshot.ts'
import { NoConnection } from '../upstream/get-json.ts'

const FAILED = 'Hacker News gave no usable answer. Please try again in a minute.'

/**
 * The tool `get-hackernews-top-stories`: one text block per story, its JSON as the API gives it, in the list's order.
 * A last block says what is missing, or that a snapshot has answered. Throws TypeError for options that make no sense.
 */
export function createHackerNews(options: HackerNewsOptions = {}): Tool {
  const settings = readOptions(options)
  const { source, log, now } = settings
  const api = createHackerNewsApi(settings)
  let offlineUntil = -Infinity

  async function live(list: ListName, amount: number, call: HandlerContext): Promise<CallToolResult> {
    // The deadline is a date; from here on its distance counts, which no clock that is set can change.
    const time = timeLimit(call.signal, call.deadline - Date.now() - settings.marginMs, new Error('the call is over'))
    try {
      const ids = (await api.list(list, time.signal)).slice(0, amount)
      const stories = await fetchAll(ids, call, time.signal)
      call.signal.throwIfAborted()
      const found = stories.filter((story) => typeof story === 'string')
      const skipped = stories.filter((story) => story === null).length
      const missing = ids.length - found.length - skipped
      const cause = stories.find((story) => story instanceof Error)
      if (missing > 0)
        log({ level: 'warn', reason: 'hacker-news-incomplete', missing, cause: String(cause ?? 'the time was up') })
      if (missing > 0 && found.length === 0) throw new ToolError(FAILED)
      return result(found, gaps(ids.length, skipped, missing))
    } finally {
      time.abort() // what is still under way is of no use to anybody
    }
  }

  /** The JSON of each story, null for what is none, and undefined or the Error where none came. */
  async function fetchAll(ids: readonly number[], call: HandlerContext, signal: AbortSignal) {
    const stories = Array.from<string | Error | null | undefined>({ length: ids.length })
    const step = Math.ceil(ids.length / 10) // of the progress that is told
    let done = 0
    setMaxListeners(0, signal) // each lane listens: that is no leak to warn of
    const left = ids.entries() // the lanes share it
    const lane = async (): Promise<void> => {
      for (const [at, id] of left) {
        if (signal.aborted) return
        const story = await api.story(id, signal).catch((error: Error) => error)
        if (story instanceof RpcError) throw story // busy
        stories[at] = story
        if (!signal.aborted && (++done % step === 0 || done === ids.length)) call.progress(done, ids.length)
      }
    }
    await Promise.all(Array.from({ length: settings.requestsPerCall }, lane))
    return stories
  }

  return defineTool({
    name: 'get-hackernews-top-stories',
    description: 'Get the stories from Hacker News',
    annotations: { readOnlyHint: true, openWorldHint: true },
    timeoutMs: 20_000,
    inputSchema: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['topstories', 'newstories', 'beststories'] },
        amount: { type: 'number', minimum: 1, maximum: 500, default: 10 },
      },
      required: ['type'],
      additionalProperties: false,
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
    async run({ type, amount: given }, call) {
      const amount = Math.floor(given) // the schema lets 2.5 pass: two stories
      if (source === 'snapshot') return fromSnapshot(type, amount, 'Hacker News was not asked')
      if (now() < offlineUntil) return fromSnapshot(type, amount, 'Hacker News cannot be reached')
      try {
        return await live(type, amount, call)
      } catch (error) {
        if (error instanceof ToolError || error instanceof RpcError || call.signal.aborted) throw error
        const isOffline = source === 'auto' && error instanceof NoConnection
        const reason = isOffline ? 'hacker-news-offline' : 'hacker-news-failed'
        log({ level: 'warn', reason, cause: String(error) })
        if (!isOffline) throw new ToolError(FAILED)
        offlineUntil = now() + settings.offlineMs
        return fromSnapshot(type, amount, 'Hacker News cannot be reached')
      }
    },
  })
}

async function fromSnapshot(list: ListName, amount: number, why: string): Promise<CallToolResult> {
  const { captured, lists, items } = await readSnapshot()
  const meta = { 'sse-mcp/source': 'snapshot', 'sse-mcp/date': captured }
  const stories = lists[list].slice(0, amount).map((id) => items.get(id)!)
  return result(stories, `These stories are a snapshot of ${captured}: ${why}.`, meta)
}

function gaps(asked: number, skipped: number, missing: number): string | undefined {
  if (asked === 0) return 'Hacker News lists no stories at the moment.'
  const parts = []
  if (skipped > 0) parts.push(`${skipped} skipped (deleted, dead or no story)`)
  if (missing > 0) parts.push(`${missing} missing (Hacker News gave no usable answer for them)`)
  return parts.length > 0 ? `Of ${asked} stories: ${parts.join(', ')}.` : undefined
}

function result(stories: readonly string[], note: string | undefined, _meta?: Record<string, string>): CallToolResult {
  const texts = note === undefined ? stories : [...stories, note]
  return { content: texts.map((text) => ({ type: 'text', text })), ...(_meta && { _meta }) }
}
