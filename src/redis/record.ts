import { isRecord } from '../jsonrpc/index.ts'
import type { LogLevel, Principal } from '../mcp/index.ts'
import { LOG_LEVELS } from '../mcp/protocol/types.ts'
import { readCapabilities, readClientInfo } from '../mcp/request/client-info.ts'
import { createClient, type Caller, type Client } from '../mcp/request/client.ts'
import { handshakeRevisions } from '../mcp/revisions/index.ts'

/** The version of the form of a record. A node refuses those of another. */
const VERSION = '1'

/** A session as the engine has it, checked. `node` holds the stream of a session of HTTP+SSE. */
export type SessionRecord = NonNullable<ReturnType<typeof readRecord>>

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
export function readRecord(flat: unknown) {
  const fields = readFields(flat)
  if (!fields) return undefined
  const [kind = '', node = ''] = ['kind', 'node'].map((name) => fields.get(name))
  const logLevel = readLevel(fields.get('level') ?? '')
  const revision = handshakeRevisions.get(fields.get('revision'))
  const principal = readPrincipal(fields.get('principal') ?? '')
  if (fields.get('v') !== VERSION || !revision || principal === null || logLevel === null) return undefined
  /** The client, as `initialize` has described it. */
  const clientFor = (caller: Caller): Client => {
    const uris = [...fields.keys()].filter((name) => name.startsWith(SUBSCRIPTION))
    return Object.assign(createClient(revision, caller), {
      initialized: true,
      info: readClientInfo(parse(fields.get('info'))),
      capabilities: readCapabilities(parse(fields.get('capabilities'))),
      logLevel,
      subscriptions: new Set(uris.map((name) => name.slice(SUBSCRIPTION.length))),
    })
  }
  return { kind, principal, node, clientFor }
}

/** Fields and their values, in turn, as far as they are no more than a session has. */
export function readFields(flat: unknown): Map<string, string> | undefined {
  const areTexts = Array.isArray(flat) && flat.length <= MAX_FIELDS && flat.every((one) => typeof one === 'string')
  if (!areTexts || flat.join('').length > MAX_LENGTH) return undefined
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])))
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

/** The log level of a text; undefined: the client wants no messages; null: it is none. */
export const readLevel = (text: string): LogLevel | undefined | null =>
  LOG_LEVELS.find((level) => level === text) ?? (text === '' ? undefined : null)

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
