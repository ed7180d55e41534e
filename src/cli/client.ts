// A client of each transport with one face, for the checks that are the same everywhere.
import { handshakeRevisions, perRequestRevisions } from '../mcp/revisions/index.ts'
import {
  connect,
  open,
  stateless,
  type Conversation,
  type HttpExchange,
  type JsonRpcRequest,
  type Message,
  type Target,
} from './stages.ts'

export type TransportName = 'HTTP+SSE' | 'Streamable HTTP' | 'stateless HTTP'

/** A revision on its transport. */
export interface Protocol {
  transport: TransportName
  version: string
}

export interface Client {
  /** Sends a request. @returns its answer, wherever it came, and the response to the POST */
  call(method: string, params?: object, id?: unknown): Promise<{ answer: Message; response: HttpExchange }>
  /** Posts something as it is: a text, or a message. */
  post(body: unknown, headers?: Record<string, string>): Promise<HttpExchange>
  /** A request that every server of this transport answers. */
  ping: JsonRpcRequest
  /** Where it posts. */
  url: string | URL
  /** The headers of its session, if there is one. */
  headers: Record<string, string>
}

const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' }

/** Opens a client, as far as its handshake where it has one. */
export const openClient: Record<TransportName, (talk: Conversation, target: Target) => Promise<Client>> = {
  async 'HTTP+SSE'(talk, target) {
    const client = await connect(talk, target)
    await client.initialize(target.version)
    const { post, endpoint: url, stream } = client
    let last = 0
    const call: Client['call'] = async (method, params, id = `c${++last}`) => {
      const response = await post({ jsonrpc: '2.0', id, method, ...(params && { params }) })
      talk.want(response.status >= 200 && response.status < 300, '202, and the answer on the stream')
      return { response, answer: await stream.answer(id) }
    }
    return { call, post, url, headers: {}, ping: PING }
  },

  async 'Streamable HTTP'(talk, target) {
    const { post, session } = await open(talk, target, target.version)
    let last = 0
    const call: Client['call'] = async (method, params, id = `c${++last}`) => {
      const response = await post({ jsonrpc: '2.0', id, method, ...(params && { params }) })
      return { response, answer: await answerIn(talk, response, id) }
    }
    return { call, post, url: target.mcp, headers: { ...ACCEPT, ...session }, ping: PING }
  },

  async 'stateless HTTP'(talk, target) {
    const call: Client['call'] = async (method, params = {}, id = 'c1') => {
      const { message, headers } = stateless(method, params, target.version)
      const response = await talk.post(target.mcp, { ...message, id }, headers)
      return { response, answer: await answerIn(talk, response, id) }
    }
    const { message, headers } = stateless('server/discover', {}, target.version)
    const post: Client['post'] = (body, more) => talk.post(target.mcp, body, { ...headers, ...more })
    return { call, post, url: target.mcp, headers, ping: message }
  },
}

export const ACCEPT = { Accept: 'application/json, text/event-stream' }

/** The answer in the response to a POST, whatever its status: JSON, or an event stream that brings it. */
export async function answerIn(talk: Conversation, response: HttpExchange, id: unknown): Promise<Message> {
  const isKnown = ['application/json', 'text/event-stream'].includes(response.type)
  talk.want(isKnown, 'a JSON-RPC answer: Content-Type: application/json, or text/event-stream')
  const answer = response.type === 'application/json' ? await response.json() : await response.answer(id)
  talk.want(answer.id === id, `"id":${JSON.stringify(id)}, as in the request`)
  return answer
}

const [oldest = '', ...withSessions] = [...handshakeRevisions.keys()].map(String).toSorted()
const withoutSessions = [...perRequestRevisions.keys()].map(String).toSorted()

/** All that there is to speak, the oldest revision first: each has its transport. */
export const PROTOCOLS: readonly Protocol[] = [
  { transport: 'HTTP+SSE', version: oldest },
  ...withSessions.map((version) => ({ transport: 'Streamable HTTP' as const, version })),
  ...withoutSessions.map((version) => ({ transport: 'stateless HTTP' as const, version })),
]

/** The first revision in which a batch is no message any more, and a version header has to be one that is served. */
export const [, WITHOUT_BATCHES = ''] = withSessions

/** The first revision that says which status the page of a stranger gets. */
export const WITH_403 = withSessions.at(-1) ?? ''
