import { isRequest, isResponse, type Id, type Message } from '../jsonrpc/index.ts'
import { createParser } from '../sse/index.ts'

/** A function that answers HTTP requests: that of `createFetchHandler`, an app's own, or `fetch` itself. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** How messages go to the server. */
export interface ClientTransport {
  /** Sends a message, with headers that repeat what it says. An aborted signal gives the HTTP request up. */
  send(message: Message, headers?: Record<string, string>, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface TransportSettings {
  fetch: Fetch
  url: string
  /** Headers of every request. */
  headers: Record<string, string>
  /** Takes a message of the server. */
  receive(message: Message): void
  /** Whether a request waits for its response. */
  isWaiting(id: Id): boolean
  /** Told that no response will come: to one request, or to any. */
  fail(why: unknown, id?: Id): void
}

/** Streamable HTTP without sessions: a POST for each request, whose HTTP response has the answer. */
export function statelessHttp(settings: TransportSettings): ClientTransport {
  const closed = new AbortController()
  return {
    async send(message, headers, given) {
      const signal = given ? AbortSignal.any([given, closed.signal]) : closed.signal
      await post(settings, settings.url, message, { ...settings.headers, ...headers }, signal)
      if (isRequest(message)) settings.fail(ended(), message.id)
    },
    close: () => Promise.resolve(closed.abort()),
  }
}

/** Streamable HTTP with a session, and its standalone stream once the handshake is over. */
export function streamableHttp(settings: TransportSettings): ClientTransport {
  const { fetch, url, isWaiting, fail } = settings
  const { signal, ...closed } = closing()
  const headers: Record<string, string> = { ...settings.headers }
  const get = (lastEventId = '') =>
    fetch(
      new Request(url, {
        headers: { ...headers, accept: STREAM, ...(lastEventId && { 'last-event-id': lastEventId }) },
        signal,
      }),
    )
  return {
    async send(message) {
      let { response, lastEventId } = await post(settings, url, message, headers, signal)
      const { method } = message as { method?: string }
      const id = response.headers.get('mcp-session-id')
      if (method === 'initialize' && id !== null) headers['mcp-session-id'] = id
      if (method === 'notifications/initialized') listen(settings, await get()).catch(fail)
      if (!isRequest(message)) return
      // The server may end the connection of a stream, and not the stream: what is missing comes after the last event.
      while (isWaiting(message.id) && lastEventId !== '' && !signal.aborted)
        lastEventId = await listen(settings, await get(lastEventId))
      fail(ended(), message.id)
    },
    async close() {
      try {
        await fetch(new Request(url, { method: 'DELETE', headers }))
      } finally {
        closed.abort()
      }
    },
  }
}

/** HTTP+SSE: one stream with all that the server says. Its first event is the URL to post to. */
export async function httpSse(settings: TransportSettings): Promise<ClientTransport> {
  const { fetch, url, headers, fail } = settings
  const { signal, ...closed } = closing()
  const response = await fetch(new Request(url, { headers: { ...headers, accept: STREAM }, signal }))
  if (!response.ok) throw await refusal(response)
  const endpoint = await new Promise<string>((resolve, reject) => {
    const end = (why: unknown): void => {
      reject(why)
      fail(why)
    }
    listen(settings, response, resolve).then(() => end(ended()), end)
  })
  return {
    async send(message) {
      await post(settings, new URL(endpoint, url).href, message, headers, signal)
    },
    close: () => Promise.resolve(closed.abort()),
  }
}

const STREAM = 'text/event-stream'
const ended = () => new Error('The stream ended without the response.')

function closing() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** Posts a message and receives what comes back, as JSON or as a stream. Throws Error where it is refused without. */
async function post(
  settings: TransportSettings,
  url: string,
  message: Message,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ response: Response; lastEventId: string }> {
  const all = { ...headers, 'content-type': 'application/json', accept: `application/json, ${STREAM}` }
  const body = JSON.stringify(message)
  const response = await settings.fetch(new Request(url, { method: 'POST', headers: all, body, signal }))
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith(STREAM)) return { response, lastEventId: await listen(settings, response) }
  if (type.startsWith('application/json')) settings.receive(answerTo(message, (await response.json()) as Message))
  else if (!response.ok) throw await refusal(response)
  return { response, lastEventId: '' }
}

/** A refusal by JSON-RPC may lack the id: it is the answer to what was posted all the same. */
const answerTo = (asked: Message, answer: Message): Message =>
  isResponse(answer) && isRequest(asked) && answer.id == null ? { ...answer, id: asked.id } : answer

const refusal = async (response: Response): Promise<Error> =>
  new Error(`The server answered ${response.status}: ${(await response.text()).trim()}`)

/**
 * Receives the messages of an event stream until it ends. Returns the last event id. Throws for what is no message, or no
 * stream.
 */
async function listen(
  { receive }: TransportSettings,
  response: Response,
  onEndpoint: (url: string) => void = () => {},
): Promise<string> {
  const parser = createParser({
    onEvent({ type, data }) {
      if (type === 'endpoint') onEndpoint(data)
      else if (data !== '') receive(JSON.parse(data) as Message)
    },
  })
  if (response.ok) for await (const piece of piecesOf(response)) parser.feed(piece)
  return parser.lastEventId
}

/** The pieces of a body. It ends as well where it is cut off, or this client has closed: whoever waits is told so. */
async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? []
  } catch {} // cut off
}
