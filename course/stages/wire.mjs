// A client on the wire for the stages. It takes nothing for granted, notes what was sent and what came, and waits for
// what a server owes it no longer than PATIENCE_MS.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createParser } from '../02-the-format-to-the-last-byte/solution.mjs'
import { say } from '../say.mjs'

/** A server that says nothing for so long will not say it. On a busy machine it may need more. */
export const PATIENCE_MS = Number(process.env.CHECK_PATIENCE_MS ?? 5_000)

/** The server did something else than what is wanted. `lines`: what went over the wire. */
export class Unmet extends Error {
  constructor(wanted, lines) {
    super([...lines, `! ${wanted}`].join('\n'))
    this.wanted = wanted
  }
}

/** The check does not apply to this server. */
export class Skipped extends Error {}

const SHOWN = 300 // characters of a line
const LAST = 10 // lines
const MOST = 4 * 1024 * 1024 // bytes of a response: what goes on after that is cut off
const MOST_EVENTS = 10_000 // the same
const KEPT = 1_000 // lines of a conversation: what comes after these is not noted

/** What one check says to a server, and what it hears. Lines begin with > for what went, < and ~ for what came. */
export class Conversation {
  #lines = []
  #exchanges = new Set()
  #headers
  #farewells = []
  #isClosed = false
  #close = () => {}
  /** Rejected when it is closed: then nobody waits any more. */
  #closed = new Promise((_, reject) => (this.#close = () => reject(new Error('The conversation is over.'))))

  /** @param {Record<string, string>} [headers] sent with every request, and not noted: a token may be among them */
  constructor(headers = {}) {
    this.#headers = headers
    this.#closed.catch(() => {})
  }

  /** What went over the wire so far. */
  get lines() {
    return this.#lines
  }

  note(mark, text) {
    if (this.#lines.length === KEPT) this.#lines.push('  …')
    if (this.#lines.length > KEPT) return
    const line = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
    this.#lines.push(`${mark} ${line}`)
  }

  /** Goes on if the condition holds. `wanted`, in terms of the wire, is what is missing otherwise. */
  want(condition, wanted) {
    if (!condition) throw new Unmet(wanted, this.#lines.slice(-LAST))
  }

  /** Leaves the check: it does not apply, for this reason. */
  skip(reason) {
    throw new Skipped(reason)
  }

  /** What a promise gives, if it comes in time. */
  async within(promise, wanted, ms = PATIENCE_MS) {
    let timer
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, this)))
    const first = await Promise.race([promise, late, this.#closed]).finally(() => clearTimeout(timer))
    if (first === this)
      this.note(' ', say(`(not within ${PATIENCE_MS / 1000} s)`, `（${PATIENCE_MS / 1000} 秒之内没有来）`))
    this.want(first !== this, wanted)
    return first
  }

  /**
   * Sends a request, and waits for the head of its response. Nothing is sent any more once it is closed.
   * @param {string} method
   * @param {string | URL} url
   * @param {{ headers?: Record<string, string>, body?: string | Buffer[] }} [options] body: a text, or its pieces
   */
  async request(method, url, { headers = {}, body } = {}) {
    if (this.#isClosed) return this.#closed
    const pieces = typeof body === 'string' ? [Buffer.from(body)] : (body ?? [])
    const { pathname, search, protocol } = new URL(url)
    const told = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    this.note('>', [`${method} ${pathname}${search}`, ...told].join('  '))
    if (body !== undefined) this.note('>', Buffer.concat(pieces).toString())
    const send = protocol === 'https:' ? httpsRequest : httpRequest
    const sent = send(url, { method, headers: { ...this.#headers, ...headers }, agent: false })
    const exchange = new Exchange(this, sent)
    this.#exchanges.add(exchange)
    for (const piece of pieces.slice(0, -1)) await new Promise((done) => sent.write(piece, done))
    sent.end(pieces.at(-1))
    await this.within(exchange.head, say(`a response to ${method} ${pathname}`, `对 ${method} ${pathname} 的响应`))
    return exchange
  }

  /** Posts a JSON-RPC message. */
  post(url, message, headers = {}) {
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    return this.request('POST', url, { headers: { 'Content-Type': 'application/json', ...headers }, body })
  }

  /** What a polite client says before it leaves: that its session is over, say. */
  atEnd(say) {
    this.#farewells.push(say)
  }

  /** Says goodbye, whether or not anybody listens, and ends whatever is still open. */
  async leave() {
    await Promise.allSettled(this.#farewells.map((say) => say()))
    this.close()
  }

  /** Ends whatever is still open. */
  close() {
    this.#isClosed = true
    this.#close()
    for (const exchange of this.#exchanges) exchange.close()
  }
}

/** A request and its response. */
class Exchange {
  status = 0
  /** The type of the body, without parameters. */
  type = ''
  headers = {}
  #talk
  #sent
  #text = ''
  #events = []
  #comments = []
  #isOver = false
  #wake = () => {}

  constructor(talk, sent) {
    this.#talk = talk
    this.#sent = sent
    sent.setNoDelay(true)
    this.head = new Promise((resolve) => {
      sent.once('response', (response) => resolve(this.#begin(response)))
      sent.on('error', (error) => {
        if (!this.#isOver) talk.note('<', `(${error.message})`)
        this.#end()
        resolve()
      })
    })
  }

  #begin(response) {
    this.status = response.statusCode
    this.headers = response.headers
    this.type = (response.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
    this.#talk.note('<', `${this.status} ${this.type}`.trim())
    const isStream = this.type === 'text/event-stream'
    const parser = createParser((event) => {
      this.#events.push(event)
      this.#talk.note(
        '~',
        [`event: ${event.type}`, event.lastEventId && `id: ${event.lastEventId}`, `data: ${event.data}`]
          .filter(Boolean)
          .join('  '),
      )
    })
    response.on('data', (bytes) => {
      if (this.#text.length > MOST || this.#events.length > MOST_EVENTS) return this.#sent.destroy()
      if (isStream) parser.push(bytes)
      const text = bytes.toString('latin1')
      this.#text += text
      for (const [comment] of text.matchAll(/^:.*$/gm)) this.#comments.push(comment)
      this.#wake()
    })
    response.on('error', () => {})
    response.once('close', () => {
      if (!isStream && this.#text !== '') this.#talk.note('<', this.body.trimEnd())
      this.#end()
    })
  }

  #end() {
    this.#isOver = true
    this.#wake()
  }

  /** What has come so far. */
  get body() {
    return Buffer.from(this.#text, 'latin1').toString()
  }

  get isOver() {
    return this.#isOver
  }

  async #until(find, wanted) {
    for (const end = performance.now() + PATIENCE_MS; ;) {
      const found = find()
      if (found !== undefined) return found
      this.#talk.want(!this.#isOver, wanted)
      const woken = new Promise((resolve) => (this.#wake = resolve))
      await this.#talk.within(woken, wanted, Math.max(end - performance.now(), 0))
    }
  }

  /** The next event of the stream. */
  event(wanted = say('an event, and the blank line that ends it', '一个事件，还有结束它的空行')) {
    return this.#until(() => this.#events.shift(), wanted)
  }

  /** The next comment of the stream. */
  comment() {
    return this.#until(() => this.#comments.shift(), say('a comment, : keep-alive say', '一行注释，比如 : keep-alive'))
  }

  /** Waits for the end of the response. */
  end(wanted = say('the end of the response', '响应到此结束')) {
    return this.#until(() => (this.#isOver ? true : undefined), wanted)
  }

  /** The next event as a JSON-RPC message. */
  async message(wanted) {
    const event = await this.event(wanted)
    if (event.data === '') return this.message(wanted) // an id to come back with, and no message
    return parse(this.#talk, event.data, say('data that is one JSON-RPC message', 'data 是一条 JSON-RPC 消息'))
  }

  /** The next answer, whose ever it is. What a server tells or asks of its own accord may come before it. */
  async nextAnswer(wanted) {
    for (;;) {
      const { type, data } = await this.event(wanted)
      const message = data === '' ? undefined : parse(this.#talk, data, 'data that is one JSON-RPC message')
      if (message && message.method === undefined) return { type, message }
    }
  }

  /** The message with this id; what comes before it belongs to somebody else. */
  async answer(id) {
    const wanted = `event: message  data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},…}`
    for (;;) {
      const message = await this.message(wanted)
      if (message.id === id && !message.method) return message
    }
  }

  /** The whole body as JSON. */
  async json() {
    await this.end()
    return parse(this.#talk, this.body, say('a body of JSON', 'body 是 JSON'))
  }

  close() {
    this.#isOver = true
    this.#sent.destroy()
  }
}

function parse(talk, text, wanted) {
  try {
    return JSON.parse(text)
  } catch {
    return talk.want(false, wanted)
  }
}
