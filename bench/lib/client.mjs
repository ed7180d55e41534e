// MCP sessions of the load, in the three ways of speaking: 'sse' (2024-11-05), 'http' (2025-11-25), '2026'.
import { Connection, createCutter } from './connection.mjs'

/** What the tool `echo` must say again; every reply is looked through for it. */
export const TEXT = 'the quick brown fox jumps over it'

const ID = 10_000_000 // eight digits, overwritten in place by those of the call
const HEAD = 'Host: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n'

const post = (path, body, fields = '') =>
  Buffer.from(`POST ${path} HTTP/1.1\r\n${HEAD}${fields}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1')

const get = (path, fields = '') =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n${fields}\r\n`)

export const BROADCAST = post('/bench/broadcast', '')

const clientInfo = { name: 'bench', version: '1' }
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
}

const initialize = (protocolVersion) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo },
  })
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}'

export class Session {
  constructor(port, transport) {
    this.port = port
    this.transport = transport
    this.path = '/mcp'
    this.fields = ''
    this.waiting = new Map() // id to who waits for the event that answers it
    this.onEvent = undefined
  }

  /** @param {{raw?: boolean, stream?: boolean}} [how] raw: a stream and no handshake; stream: with its GET stream */
  async open(pool, { raw = false, stream = false } = {}) {
    if (this.transport === 'sse') {
      await this.openStream(get('/sse'), true)
      if (!raw) await this.shakeHands(pool)
    } else if (this.transport === 'http') {
      await this.shakeHandsByPost(pool)
      if (stream) await this.openStream(get('/mcp', this.fields), false)
    } else this.fields = 'MCP-Protocol-Version: 2026-07-28\r\n'
    return this
  }

  openStream(request, untilEndpoint) {
    return new Promise((resolve, reject) => {
      const cutter = createCutter((event) => {
        if (!/^event: ?endpoint\r?$/m.test(event)) return this.take(event)
        this.path = /^data: ?"?([^"\r\n]+)/m.exec(event)[1]
        resolve()
      })
      this.stream = new Connection(this.port, cutter)
      this.stream.onHead = (status) => {
        if (status !== 200) reject(new Error(`the stream was answered by ${status}`))
        else if (!untilEndpoint) resolve()
      }
      this.stream.send(request, (status, body) => reject(new Error(`the stream ended: ${status} ${body}`)))
    })
  }

  async shakeHands(pool) {
    const answered = new Promise((resolve) => this.waiting.set(0, resolve))
    const { status, body } = await pool.request(post(this.path, initialize('2024-11-05')))
    if (status !== 202 && status !== 200) throw new Error(`initialize: ${status} ${body}`)
    await answered
    await pool.request(post(this.path, INITIALIZED))
  }

  async shakeHandsByPost(pool) {
    const { status, body, head } = await pool.request(post('/mcp', initialize('2025-11-25')))
    const version = /"protocolVersion":"([^"]+)"/.exec(body)?.[1]
    if (status !== 200 || !version) throw new Error(`initialize: ${status} ${body}`)
    const id = /\r\nmcp-session-id: *([^\r]*)/i.exec(head)?.[1]
    this.fields = `${id ? `Mcp-Session-Id: ${id}\r\n` : ''}MCP-Protocol-Version: ${version}\r\n`
    const noted = await pool.request(post('/mcp', INITIALIZED, this.fields))
    if (noted.status >= 300) throw new Error(`initialized: ${noted.status} ${noted.body}`)
  }

  take(event) {
    if (event.charCodeAt(0) === 58) return // a comment
    this.onEvent?.(event)
    if (this.waiting.size === 0) return
    const at = event.lastIndexOf('"id":')
    const id = at < 0 ? NaN : parseInt(event.slice(at + 5, at + 16), 10)
    const answered = this.waiting.get(id)
    this.waiting.delete(id)
    answered?.(event)
  }

  /** A request to send again and again, and where the eight digits of its id stand. */
  callOf(name, args) {
    const is2026 = this.transport === '2026'
    const params = { name, arguments: args, ...(is2026 && { _meta: META }) }
    const body = JSON.stringify({ jsonrpc: '2.0', id: ID, method: 'tools/call', params })
    const fields = is2026 ? `${this.fields}Mcp-Method: tools/call\r\nMcp-Name: ${name}\r\n` : this.fields
    const bytes = post(this.path, body, fields)
    return { bytes, at: bytes.indexOf(String(ID)) }
  }

  close() {
    this.stream?.close()
  }
}

/** A few connections that many sessions send over. */
export class Pool {
  constructor(port, size = 16) {
    this.port = port
    this.free = Array.from({ length: size }, () => new Connection(port))
    this.queue = []
  }

  async request(bytes) {
    let connection = this.free.pop() ?? (await new Promise((resolve) => this.queue.push(resolve)))
    if (connection.dead) connection = new Connection(this.port)
    const answer = await connection.request(bytes)
    const next = this.queue.shift()
    if (next) next(connection)
    else this.free.push(connection)
    return answer
  }

  close() {
    for (const connection of this.free) connection.close()
  }
}
