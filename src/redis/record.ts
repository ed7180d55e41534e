import { isRecord } from '../jsonrpc/index.ts'
import type { LogLevel, Principal } from '../mcp/index.ts'
import { LOG_LEVELS } from '../mcp/protocol/types.ts'
import { readCapabilities, readClientInfo } from '../mcp/request/client-info.ts'
import { createClient, type Caller, type Client } from '../mcp/request/client.ts'
import { handshakeRevisions } from '../mcp/revisions/index.ts'

/** The version of the form of a record. A node refuses those of another. */
const VERSION = '1'

/** A session as the engine has it, checked. */
export interface SessionRecord {
  kind: string
  principal: Principal | undefined
  /** The node that holds the stream of a session of HTTP+SSE. */
  node: string
  /** The client, as `initialize` has described it. */
  clientFor(caller: Caller): Client
}

/** The beginning of the fields of subscriptions, one for each: two nodes may change them at the same time. */
export const SUBSCRIPTION = 'sub:'

/** The fields of a record, and their values, in turn. */
export function writeRecord(kind: 'sse' | 'streamable', client: Client, node = ''): string[] {
  const { revision, info = null, capabilities, logLevel = '', caller, subscriptions = [] } = client
  const agreed = { revision: revision.version, info: JSON.stringify(info), capabilities: JSON.stringify(capabilities) }
  const fields = { v: VERSION, kind, principal: writePrincipal(caller.principal), node, ...agreed, level: logLevel }
  return [...Object.entries(fields), ...[...subscriptions].map((uri) => [SUBSCRIPTION + uri, '1'])].flat()
}

/**
 * A record, from its fields and their values. Undefined: there is none, or none that this version can read. Whoever can
 * write to the engine may have made it, so it is checked as what a client sends is.
 */
export function readRecord(flat: unknown): SessionRecord | undefined {
  if (!Array.isArray(flat) || flat.length > MAX_FIELDS || flat.join('').length > MAX_LENGTH) return undefined
  const fields = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(String(flat[at]), String(flat[at + 1]))
  const [kind = '', level = '', node = ''] = ['kind', 'level', 'node'].map((name) => fields.get(name))
  const revision = handshakeRevisions.get(fields.get('revision'))
  const principal = readPrincipal(fields.get('principal') ?? '')
  if (fields.get('v') !== VERSION || !revision || principal === null) return undefined
  if (level !== '' && !LOG_LEVELS.includes(level as LogLevel)) return undefined
  const clientFor = (caller: Caller): Client => {
    const uris = [...fields.keys()].filter((name) => name.startsWith(SUBSCRIPTION))
    return Object.assign(createClient(revision, caller), {
      initialized: true,
      info: readClientInfo(parse(fields.get('info'))),
      capabilities: readCapabilities(parse(fields.get('capabilities'))),
      logLevel: level === '' ? undefined : (level as LogLevel),
      subscriptions: new Set(uris.map((name) => name.slice(SUBSCRIPTION.length))),
    })
  }
  return { kind, principal, node, clientFor }
}

/** A principal as a text, without what is only of one token: its end. Empty: nobody is known. */
export const writePrincipal = (principal?: Principal): string =>
  principal ? JSON.stringify({ ...principal, expiresAt: undefined }) : ''

/** The principal of a text; undefined: nobody; null: it is none. */
export function readPrincipal(text: string): Principal | undefined | null {
  if (text === '') return undefined
  const given = parse(text)
  if (!isRecord(given)) return null
  const { issuer, subject, client, isShared } = given
  if (typeof issuer !== 'string' || typeof subject !== 'string') return null
  if (client !== undefined && typeof client !== 'string') return null
  return { issuer, subject, ...(client !== undefined && { client }), ...(isShared === true && { isShared }) }
}

/** The JSON value of a text; undefined: it is none. */
export function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** A session has at most 1,000 subscriptions, of 65,536 UTF-16 units in all. */
const MAX_FIELDS = 2_100
const MAX_LENGTH = 100_000
