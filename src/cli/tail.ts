// `sse-mcp tail URL`: an event stream as it comes, on the parser of src/sse: each event, comment and reconnection time,
// what came in which pieces, and what happened to the connection.
import { parseArgs } from 'node:util'
import { createParser } from '../sse/index.ts'
import { refusalOf } from './refusal.ts'
import { printable, printableJson, readHeaders, readUrl, type Terminal } from './terminal.ts'

export const TAIL_HELP = `sse-mcp tail URL: shows an event stream, and comes back when it breaks. Ctrl-C ends it.

  --header 'Name: value'   sent with each request, any number of times
  --last-event-id ID       where to go on
  --once                   does not come back when the stream ends
  --pieces                 tells also in which pieces the bytes came
  --json                   a line of JSON for each thing that happens
`

/** What happens on a stream, a line each. */
type Happening =
  | { what: 'open'; status: number; type: string }
  | { what: 'bytes'; count: number }
  | { what: 'event'; type: string; id: string; data: string }
  | { what: 'comment'; text: string }
  | { what: 'retry'; milliseconds: number }
  | { what: 'end'; cause: string; reconnectMs?: number }

interface Stream {
  url: string
  headers: Record<string, string>
  once: boolean
  pieces: boolean
  /** What the stream has said so far that outlives a connection. */
  lastEventId: string
  reconnectMs: number
}

/** The command. @returns the exit code */
export async function tail(args: readonly string[], { out, error, signal }: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      header: { type: 'string', multiple: true, default: [] },
      'last-event-id': { type: 'string', default: '' },
      once: { type: 'boolean', default: false },
      pieces: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return (out(TAIL_HELP), 0)
  const stream: Stream = {
    url: readUrl(positionals, TAIL_HELP),
    headers: readHeaders(values.header),
    once: values.once,
    pieces: values.pieces,
    lastEventId: values['last-event-id'],
    reconnectMs: 3000, // [9.2.2] "in the region of a few seconds"
  }
  const tell = (happening: Happening): void =>
    out(values.json ? printableJson(happening) : lineOf(happening).map(shown).join('\n'))
  const refusal = await follow(stream, tell, signal)
  if (refusal === undefined) return 0
  for (const line of refusal) error(printable(line))
  return 1
}

/** Reads until it is told to end, or is refused. @returns why, if it is refused, and what to do */
async function follow(
  stream: Stream,
  tell: (happening: Happening) => void,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  for (let wasOpen = false; ;) {
    let cause: string
    try {
      const response = await fetch(stream.url, { headers: requestHeaders(stream), signal, redirect: 'manual' })
      const refusal = await refusalOf(response)
      if (refusal !== undefined) return refusal
      wasOpen = true
      await read(response, stream, tell)
      cause = 'the server has ended the stream'
    } catch (error) {
      if (signal.aborted) return undefined
      if (error instanceof RangeError) return [error.message, 'No reader goes on after that.']
      cause = causeOf(error)
      if (!wasOpen) return [`${stream.url}: ${cause}`, 'Is the server started, and is this its address?']
    }
    if (stream.once) return (tell({ what: 'end', cause }), undefined)
    tell({ what: 'end', cause, reconnectMs: stream.reconnectMs })
    if (!(await wait(stream.reconnectMs, signal))) return undefined
  }
}

function requestHeaders({ headers, lastEventId }: Stream): Record<string, string> {
  // `fetch` takes a header value as bytes, each written as the character of that number.
  const id = Buffer.from(lastEventId).toString('latin1')
  // An id that would not arrive as it is, or would make the head too long, is not sent: src/event-source.ts does so too.
  const arrives = /^[\t\x20-\x7e\x80-\xff]+$/.test(id) && id === id.trim() && id.length <= MAX_ID_BYTES
  return { ...headers, Accept: 'text/event-stream', ...(arrives && { 'Last-Event-ID': id }) }
}

async function read(response: Response, stream: Stream, tell: (happening: Happening) => void): Promise<void> {
  tell({ what: 'open', status: response.status, type: response.headers.get('Content-Type') ?? '' })
  const parser = createParser({
    lastEventId: stream.lastEventId,
    onEvent: ({ type, data, lastEventId }) => tell({ what: 'event', type, id: lastEventId, data }),
    onComment: (text) => tell({ what: 'comment', text }),
    onRetry: (milliseconds) => {
      stream.reconnectMs = Math.min(Math.max(milliseconds, LEAST_WAIT_MS), LONGEST_TIMER_MS)
      tell({ what: 'retry', milliseconds })
    },
  })
  for await (const bytes of response.body ?? []) {
    if (stream.pieces) tell({ what: 'bytes', count: bytes.length })
    parser.feed(bytes)
    stream.lastEventId = parser.lastEventId
  }
}

const MAX_ID_BYTES = 4096
const LEAST_WAIT_MS = 100 // a server that says 0 and ends would be asked without a pause
const LONGEST_TIMER_MS = 2 ** 31 - 1 // a timer that is set to more fires at once

/** A time, unless it is told to end. */
function wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    }, milliseconds)
    const stop = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  if (cause?.code === 'ECONNREFUSED') return 'nobody listens there'
  return cause?.message ?? message
}

function lineOf(happening: Happening): string[] {
  switch (happening.what) {
    case 'open':
      return [`< ${happening.status} ${happening.type}`]
    case 'bytes':
      return [`  ${happening.count} bytes`]
    case 'event': {
      const id = happening.id === '' ? '' : `  id: ${happening.id}`
      return [
        `~ event: ${happening.type}${id}`,
        ...cut(happening.data)
          .split('\n')
          .map((line) => `  data: ${line}`),
      ]
    }
    case 'comment':
      return [`~ : ${happening.text}`]
    case 'retry':
      return [`~ retry: ${happening.milliseconds}`]
    case 'end': {
      const { cause, reconnectMs } = happening
      return [`! ${cause}${reconnectMs === undefined ? '' : `; again in ${reconnectMs} ms`}`]
    }
  }
}

/** As much of a text as a person reads; machines get all of it. */
const cut = (text: string, most = 65_536): string =>
  text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text

const shown = (line: string): string => printable(cut(line, 70_000)) // data is cut before, and so not again
