// A real redis-server, nodes of ours on it, and what a client of them needs.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createClient } from '@redis/client'
import { serve, type LogEntry, type RunningServer, type ServeOptions } from '../../src/index.ts'
import { redisEngine, type RedisClient, type RedisEngineOptions } from '../../src/redis/index.ts'
import { post, type Answer, type Json } from '../support/wire.ts'

const { redis: findRedis } = (await import('../../scripts/parts.mjs' as string)) as { redis(): string | undefined }

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface Redis {
  url: string
  port: number
  /** Sends a command, by a connection of its own. */
  command(...args: string[]): Promise<unknown>
  /** Ends it at once, or stops it as a debugger would. */
  signal(signal: NodeJS.Signals): Promise<void>
  /** Starts it again, empty. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** A redis-server on loopback that keeps nothing on disk, and ends with the test file. */
export async function startRedis(...settings: string[]): Promise<Redis> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-redis-'))
  let child: ChildProcess
  const admin = createClient({ url: `redis://127.0.0.1:${port}` }).on('error', () => {})
  const url = `redis://127.0.0.1:${port}`

  async function start(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    child = spawn(findRedis()!, [...args, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout!.setEncoding('utf8').on('data', (part: string) => (printed += part))
    while (!printed.includes('Ready to accept connections')) {
      await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(printed)
    }
    child.stdout!.resume()
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await exit
  }

  await start()
  const redis: Redis = {
    url,
    port,
    async command(...args) {
      if (!admin.isOpen) await admin.connect()
      return admin.sendCommand(args)
    },
    async signal(signal) {
      if (signal === 'SIGKILL') await end()
      else child.kill(signal)
    },
    start,
    async stop() {
      if (admin.isOpen) admin.destroy()
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  after(redis.stop)
  return redis
}

export interface Node extends RunningServer {
  entries: LogEntry[]
}

export const SECRET = 'a secret of the tests, 32 bytes!!'

/** A node on an engine. It ends with the test file. */
export async function startNode(
  redis: { url: string; client?: RedisClient },
  nodeId: string,
  options: Partial<ServeOptions> = {},
  engineOptions: Partial<RedisEngineOptions> = {},
): Promise<Node> {
  const entries: LogEntry[] = []
  const log = (entry: LogEntry) => void entries.push(entry)
  const where = redis.client ? { client: redis.client } : { url: redis.url }
  const engine = await redisEngine({ ...where, nodeId, serverSecret: SECRET, log, ...engineOptions })
  const server = await serve({ name: 'test', version: '1', port: 0, listChanged: true, log, engine, ...options })
  after(() => server.close())
  return { ...server, entries }
}

const TYPES = { accept: 'application/json, text/event-stream' }

/** The headers of a session. */
export const inSession = (session: string, more: Record<string, string> = {}) => ({
  ...TYPES,
  'mcp-session-id': session,
  ...more,
})

/** Opens a session of Streamable HTTP. Returns its id. */
export async function initialize(
  url: string,
  { version = '2025-11-25', capabilities = {}, headers = {} }: Json = {},
): Promise<string> {
  const clientInfo = { name: 'test', version: '1' }
  const params = { protocolVersion: version, capabilities, clientInfo }
  const message = { jsonrpc: '2.0', id: 0, method: 'initialize', params }
  const answer = await post(`${url}/mcp`, message, { ...TYPES, ...headers })
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return String(answer.headers['mcp-session-id'])
}

/** Posts a request in a session. */
export const call = (
  url: string,
  session: string,
  method: string,
  params: object = {},
  id: unknown = 1,
  headers: Record<string, string> = {},
): Promise<Answer> => post(`${url}/mcp`, { jsonrpc: '2.0', id, method, params }, inSession(session, headers))

/** Posts a message without an id, or a response. */
export const tell = (url: string, session: string, message: object): Promise<Answer> =>
  post(`${url}/mcp`, { jsonrpc: '2.0', ...message }, inSession(session))

/** Waits until something is so: where nothing tells when. */
export async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
