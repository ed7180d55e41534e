// What a server speaks: asked of it, as a client does that does not know it yet.
import { clip } from '../jsonrpc/index.ts'
import { ACCEPT, answerIn, PROTOCOLS, type Protocol } from './client.ts'
import { CHECK_MS, connect, Conversation, stateless, type Target } from './stages.ts'

/** A revision that a server speaks, and what it says of itself there. */
export interface Spoken extends Protocol {
  url: string
  server: { name: string; version: string }
  capabilities: Record<string, unknown>
}

/** A revision that it does not speak, and what went over the wire. */
export interface Unspoken extends Protocol {
  lines: readonly string[]
}

type Asked = Pick<Target, 'sse' | 'mcp' | 'headers'>

/** Asks for each revision in turn, until the signal is aborted. */
export async function discover(asked: Asked, transports: ReadonlySet<string>, signal: AbortSignal) {
  const spoken: Spoken[] = []
  const unspoken: Unspoken[] = []
  for (const protocol of PROTOCOLS.filter(({ transport }) => transports.has(transport))) {
    if (signal.aborted) break
    const talk = new Conversation(asked.headers)
    const close = (): void => talk.close()
    signal.addEventListener('abort', close)
    try {
      const asking = ask[protocol.transport](talk, asked, protocol.version)
      const { result, url } = await talk.within(asking, 'an end of the conversation', CHECK_MS)
      const { name = '?', version = '?' } = (serverInfoOf(result) ?? {}) as { name?: string; version?: string }
      const capabilities = { ...(result['capabilities'] as object | undefined) }
      spoken.push({ ...protocol, url, server: { name: short(name), version: short(version) }, capabilities })
    } catch {
      unspoken.push({ ...protocol, lines: talk.lines })
    } finally {
      signal.removeEventListener('abort', close)
      await talk.leave()
    }
  }
  return { spoken, unspoken }
}

/** A name as a line shows it: a stranger's may be as long as a book. */
const short = (name: unknown): string => clip(String(name), 100)

interface Found {
  result: Record<string, unknown>
  url: string
}

const ask: Record<Protocol['transport'], (talk: Conversation, asked: Asked, version: string) => Promise<Found>> = {
  /** An `endpoint` event is enough: what it says to `initialize` is for the checks. */
  async 'HTTP+SSE'(talk, asked, version) {
    const client = await connect(talk, asked)
    const result = await client.initialize(version).catch(() => ({}))
    return { result, url: asked.sse }
  },

  async 'Streamable HTTP'(talk, asked, version) {
    const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'sse-mcp check', version: '1' } }
    const response = await talk.post(asked.mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, ACCEPT)
    const session = response.headers['mcp-session-id']
    if (session !== undefined)
      talk.atEnd(() => talk.request('DELETE', asked.mcp, { headers: { 'Mcp-Session-Id': session } }))
    const { result } = await answerIn(talk, response, 0)
    talk.want(result?.protocolVersion === version, `"protocolVersion":"${version}"`)
    return { result, url: asked.mcp }
  },

  async 'stateless HTTP'(talk, asked, version) {
    const { message, headers } = stateless('server/discover', {}, version)
    const { result } = await answerIn(talk, await talk.post(asked.mcp, message, headers), message.id)
    talk.want(result?.supportedVersions?.includes(version), `"supportedVersions":["${version}"]`)
    return { result, url: asked.mcp }
  },
}

/** In the result of `initialize`; since there is none any more, in the `_meta` of each result. */
function serverInfoOf(result: Record<string, unknown>): unknown {
  const meta = result['_meta'] as Record<string, unknown> | undefined
  return result['serverInfo'] ?? meta?.['io.modelcontextprotocol/serverInfo']
}
