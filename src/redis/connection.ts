import { attempt } from '../jsonrpc/index.ts'
import { HttpError, INTERNAL_ERROR } from '../mcp/index.ts'

/** What is used of a client of `@redis/client`. That of a cluster has `slots`, and other parameters of `sendCommand`. */
export interface RedisClient {
  readonly isReady?: boolean
  sendCommand(...args: never[]): Promise<unknown>
  duplicate(): RedisClient
  connect(): Promise<unknown>
  on(event: string, listener: (error: unknown) => void): unknown
  close(): Promise<unknown>
  destroy(): void
}

/**
 * A client for a URL. It fails at once where it is not connected, and notices a connection that hangs. It tries for two
 * seconds to connect for the first time, and later for ever.
 */
export async function createClient(url: string): Promise<RedisClient> {
  const redis = await import('@redis/client').catch((cause: unknown) => {
    throw new Error('REDIS_URL needs the package @redis/client. Install it: npm install @redis/client', { cause })
  })
  let wasReady = false
  const reconnectStrategy = (retries: number, cause: Error) =>
    !wasReady && retries > 5 ? cause : Math.min(50 * 2 ** retries, 1_000) + Math.floor(Math.random() * 100)
  const socket = { connectTimeout: 5_000, socketTimeout: 15_000, reconnectStrategy } // a beat comes every 3 s
  const client = redis.createClient({ url, socket, disableOfflineQueue: true })
  return client.on('ready', () => (wasReady = true)) as unknown as RedisClient
}

/** The refusal where the engine does not answer. */
const unreachable = (cause: unknown): HttpError =>
  new HttpError(503, INTERNAL_ERROR, 'The session store cannot be reached. Try again in a moment.', {
    headers: { 'Retry-After': '2' },
    data: { reason: 'busy' },
    reason: 'engine-unreachable',
    cause,
  })

/** A connection to the engine: nothing that waits for it waits for longer than `timeoutMs`. */
export type Connection = ReturnType<typeof createConnection>

export function createConnection(client: RedisClient, timeoutMs: number) {
  const isReady = (): boolean => client.isReady ?? true // a cluster does not say
  client.on('error', ignore) // without a listener, an error of the socket would end the process
  let trying = 0

  // A cluster is asked for the key, and whether a replica may answer.
  const { sendCommand } = client as unknown as { sendCommand(...args: unknown[]): Promise<unknown> }
  const send = (key: string, args: string[]): Promise<unknown> =>
    'slots' in client ? sendCommand.call(client, key, false, args) : sendCommand.call(client, args)

  /** Sends a command about a key. Rejects with HttpError 503 where no good reply comes in time. */
  async function command(key: string, ...args: string[]): Promise<unknown> {
    if (!isReady()) throw unreachable(new Error('not connected'))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      // Where this process was held up, the reply may be here, unread: it is read before `setImmediate`.
      timer = setTimeout(() => setImmediate(() => reject(new Error('too slow'))), timeoutMs)
    })
    try {
      return await Promise.race([send(key, args), late])
    } catch (error) {
      throw unreachable(error)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    command,
    /** Runs a script about a key, in the same way. */
    run: (script: string, key: string, ...args: (string | number)[]): Promise<unknown> =>
      command(key, 'EVAL', script, '1', key, ...args.map(String)),
    /** Runs a script whose failure is borne: resolves with its reply, or with undefined where there is none. */
    async tryRun(script: string, key: string, ...args: (string | number)[]): Promise<unknown> {
      if (!isReady() || trying >= MAX_TRYING) return undefined
      trying++
      const reply = send(key, ['EVAL', script, '1', key, ...args.map(String)]).catch(() => undefined)
      return reply.finally(() => trying--)
    },
    /** Has a function called each time the connection stands again. */
    whenReady: (listener: () => void) => void client.on('ready', listener),
    /** Ends it once all replies are here, or at once. */
    async close(isAtOnce = false): Promise<void> {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))
      if (isReady() && !isAtOnce) await Promise.race([client.close(), late]).catch(ignore)
      clearTimeout(timer)
      attempt(() => client.destroy(), ignore, ignore) // it rejects what waits, and throws where it is closed
    },
  }
}

const ignore = (): void => {}

/** The most of these at once. Beyond it the engine has not kept up for long. */
const MAX_TRYING = 10_000
