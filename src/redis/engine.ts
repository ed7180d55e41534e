import { randomBytes } from 'node:crypto'
import { HttpError, safeLog, type Engine, type Log } from '../mcp/index.ts'
import { isText, must } from '../mcp/options.ts'
import { openBus, READ_TIMEOUT_MS, type Receiver } from './bus.ts'
import type { SharedBuckets } from '../serve/rate-limit.ts'
import { createClient, createConnection, type RedisClient } from './connection.ts'
import { createEventLogs } from './event-log.ts'
import { readPrincipal } from './record.ts'
import { createRecords } from './records.ts'
import { createSessionIds } from './session-id.ts'
import { createSharedBuckets } from './shared-buckets.ts'
import { createSseSessions } from './sse-sessions.ts'
import { createStreamableSessions } from './streamable-sessions.ts'

export interface RedisEngineOptions {
  /** Where Redis or Valkey is: `redis://` or, with TLS, `rediss://`, with user and password. */
  url?: string
  /**
   * Instead of that a connected client of `@redis/client`, or of a cluster. It is closed with the engine, and where that
   * does not start.
   */
  client?: RedisClient
  /** Signs session ids, and what else clients carry: 32 random bytes, the same at all nodes. */
  serverSecret: string | Uint8Array
  /** The name of this node. Default: random. */
  nodeId?: string
  /** The beginning of all keys. Servers that are not to share sessions need each their own. Default `sse-mcp`. */
  prefix?: string
  /** Sessions of all nodes together. Default 100,000. */
  maxSessions?: number
  /** Milliseconds after which a command counts as failed. Default 2,000. */
  timeoutMs?: number
  /** Told of what goes wrong. Default: a line of JSON on standard error. */
  log?: Log
}

/**
 * An engine on Redis or Valkey, by which several nodes serve the same clients. Rejects with TypeError where an option is
 * wrong, and with Error where the package is not installed or the engine does not answer.
 */
export async function redisEngine(options: RedisEngineOptions): Promise<Engine & { buckets: SharedBuckets }> {
  const { url = '', serverSecret, prefix = 'sse-mcp', maxSessions = 100_000, timeoutMs = 2_000 } = options
  const { nodeId = randomBytes(4).toString('hex'), log = undefined } = options
  const isSecret = serverSecret instanceof Uint8Array || isText(serverSecret)
  must(isSecret, 'All nodes need the same SERVER_SECRET (option serverSecret): 32 random bytes.')
  must(/^[\w:-]{1,64}$/.test(prefix), 'The prefix of keys is made of letters, digits, - and :.')
  must(/^[\w-]{1,32}$/.test(nodeId), 'NODE_ID (option nodeId) is a name of letters, digits and hyphens, 32 at most.')
  const isPlace = options.client !== undefined || /^rediss?:\/\//.test(url)
  must(isPlace, 'REDIS_URL (option url) begins with redis:// or, for TLS, rediss://.')
  const client = options.client ?? (await createClient(url))
  const second = client.duplicate()
  const [connection, reader] = [createConnection(client, timeoutMs), createConnection(second, READ_TIMEOUT_MS)]
  // The full name of this node. The core takes names of 32 characters at most; those of replicas differ at their ends.
  const node = `${nodeId.slice(-23)}-${randomBytes(4).toString('hex')}`
  const receiver: Receiver = {}
  const connected = Promise.all([options.client ?? client.connect(), second.connect()])
  const opened = connected.then(() => openBus(connection, reader, prefix, node, receiver, safeLog(log)))
  const bus = await opened.catch(async (error: unknown) => {
    await Promise.all([connection.close(true), reader.close(true)]) // or they would keep the process alive
    const cause = error instanceof HttpError ? error.cause : error
    throw new Error(`The engine (REDIS_URL) cannot be reached: ${String(cause)}`, { cause })
  })
  const records = createRecords(connection, prefix, maxSessions, safeLog(log))
  const services = { node, bus, records, logs: createEventLogs(connection, prefix, node) }

  return {
    server: { changes: bus, nodeId: node, serverSecret },
    buckets: createSharedBuckets(connection, prefix, serverSecret),
    open(transport) {
      const ids = createSessionIds(nodeId, serverSecret)
      const sse = createSseSessions(services, ids, transport.limits)
      const streamable = createStreamableSessions(services, ids, transport.limits)
      receiver.heartbeat = (isNew) => {
        sse.heartbeat(isNew)
        streamable.heartbeat(isNew)
      }
      receiver.receive = (envelope) => {
        const principal = readPrincipal(envelope.principal)
        if (principal === null) return
        const caller = { principal, key: '' }
        if (envelope.kind === 'post' || envelope.kind === 'gone') sse.receive(envelope, caller, transport)
        else streamable.receive(envelope, caller, transport.server)
      }
      return { sse, streamable }
    },
    async close() {
      await bus.close()
      await connection.close()
    },
  }
}
