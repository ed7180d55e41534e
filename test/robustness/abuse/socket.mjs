// A TCP client that sends exactly the bytes it is given, and a reader of HTTP/1.1 answers that trusts nobody.
import net from 'node:net'
import { readChunks } from '../../support/chunks.mjs'
import { expect, Unexpected } from './expect.mjs'

/**
 * @typedef {{ url: string, host: string, port: number, pid?: number, start?: Function }} Server
 * @typedef {{ status: number, headers: Record<string, string>, head: string, text: string, isWhole: boolean }} Answer
 */

/**
 * Milliseconds after which what is due is not coming any more. It tells a hang and nothing else: how fast a server is
 * is no question here, and a machine that is busy with other things is no fault of it.
 */
export const PATIENCE = Number(process.env['ABUSE_PATIENCE_MS'] ?? 30_000)

/** Milliseconds in which what must not come would have come: busy machines see less in it, and never a fault. */
export const MOMENT = 300

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Looks again and again until it is so, and fails where it is not so in so many looks, however long each took. */
export async function soon(look, what, looks = 1_500) {
  for (let n = 0; !(await look()); n++) {
    if (n === looks) expect(false, what, `nothing of it in ${looks} looks`)
    await delay(20)
  }
}

/** Whether anything waits to be read when the event loop comes round: a process that was held up is late with both. */
const nextRound = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

/** Opens a connection. What arrives is kept until somebody takes it. @param {Server} server */
export function connect({ host, port }) {
  const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true })
  let bytes = Buffer.alloc(0)
  let received = 0
  let isOver = false
  let changed = () => {}
  const over = () => {
    isOver = true
    changed()
  }
  socket.on('data', (chunk) => {
    received += chunk.length
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    changed()
  })
  socket.on('end', over).on('close', over).on('error', over)

  /** The first thing that `look` finds, undefined where it finds none in time. */
  async function until(look, within = PATIENCE) {
    const end = Date.now() + within
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      const left = end - Date.now()
      if (left <= 0) {
        await nextRound()
        return look()
      }
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left)
        changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  const self = {
    socket,
    until,
    isOver: () => isOver,
    received: () => received,
    /** What has arrived and was not taken. */
    peek: () => bytes,
    take(length) {
      const taken = bytes.subarray(0, length)
      bytes = bytes.subarray(length)
      return taken
    },
    /** Bytes, or a text whose characters are bytes unless it needs UTF-8. */
    send(data) {
      if (!socket.destroyed) socket.write(typeof data === 'string' ? Buffer.from(data, 'utf8') : data, () => {})
      return self
    },
    /** Slices with a pause of `ms` after each; stops when the server has had enough. */
    async sendSlowly(slices, ms) {
      for (const slice of slices) {
        if (isOver) return
        self.send(slice)
        await delay(ms)
      }
    },
    /** Half-closes. */
    end() {
      socket.end()
      return self
    },
    /** FIN, or RST where the client crashes. */
    destroy: () => socket.destroy(),
    reset: () => (socket.connecting ? socket.destroy() : socket.resetAndDestroy()),
    /** The next answer, whole. Throws Unexpected where there is none. @returns {Promise<Answer>} */
    async answer({ isHead = false, within = PATIENCE } = {}) {
      const found = await until(() => parseAnswer(bytes, { isHead, isOver }) ?? (isOver ? null : undefined), within)
      if (!found) throw new Unexpected('an answer', `${found === null ? 'the end' : 'silence'} after ${shown(bytes)}`)
      self.take(found.length)
      return found.answer
    },
    /** The head of the next answer; its body stays. */
    async head(within = PATIENCE) {
      const found = await until(() => parseHead(bytes) ?? (isOver ? null : undefined), within)
      if (!found) throw new Unexpected('a head', `${found === null ? 'the end' : 'silence'} after ${shown(bytes)}`)
      self.take(found.length)
      return found
    },
    /** Whether the server closes in time. */
    closes: async (within = PATIENCE) => (await until(() => isOver || undefined, within)) === true,
  }
  return self
}

const shown = (bytes) => (bytes.length === 0 ? 'nothing' : JSON.stringify(bytes.toString('latin1').slice(0, 200)))

function parseHead(bytes) {
  const at = bytes.indexOf('\r\n\r\n')
  if (at === -1) return undefined
  const head = bytes.subarray(0, at).toString('latin1')
  const [first, ...lines] = head.split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})( |$)/.exec(first)?.[1])
  if (!status) throw new Unexpected('HTTP/1.1 and a status', first.slice(0, 200))
  /** @type {Record<string, string>} */
  const headers = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return { status, headers, head, length: at + 4 }
}

function parseAnswer(bytes, { isHead, isOver }) {
  const start = parseHead(bytes)
  if (!start) return undefined
  const { status, headers, head } = start
  const done = (body, length, isWhole = true) => ({
    answer: { status, headers, head, text: body.toString('utf8'), isWhole },
    length,
  })
  const rest = bytes.subarray(start.length)
  if (isHead || status < 200 || status === 204 || status === 304) return done('', start.length)
  if (headers['transfer-encoding'] === 'chunked') {
    const { chunks, end, isWhole } = readChunks(rest)
    const body = Buffer.concat(chunks)
    if (isWhole) return done(body, start.length + end)
    return isOver ? done(body, bytes.length, false) : undefined
  }
  if (headers['content-length'] !== undefined) {
    const length = Number(headers['content-length'])
    if (rest.length >= length) return done(rest.subarray(0, length), start.length + length)
    return isOver ? done(rest, bytes.length, false) : undefined
  }
  return isOver ? done(rest, bytes.length) : undefined
}

/** What a server says to these bytes: `due` answers, its end where it `closes`, and what else comes in a moment. */
export async function exchange(server, data, { due = 1, closes = false } = {}) {
  const client = connect(server)
  client.send(data)
  /** @type {Answer[]} */
  const answers = []
  const take = () => {
    const found = parseAnswer(client.peek(), { isHead: false, isOver: client.isOver() })
    if (found) {
      client.take(found.length)
      answers.push(found.answer)
    }
    return found
  }
  const isDue = () => answers.length < due || closes
  while (await client.until(() => take() ?? (client.isOver() ? null : undefined), isDue() ? PATIENCE : MOMENT));
  const isClosed = client.isOver()
  client.destroy()
  return { answers, isClosed, rest: client.peek().toString('latin1') }
}

/** The one answer is a refusal, the connection is closed, and what stood behind was not read as a request. */
export const isRefused = (statuses, make) => async (server) => {
  const { answers, isClosed } = await exchange(server, make(server), { closes: true })
  const seen = answers.map(({ status, text }) => `${status} ${text}`)
  expect(answers.length === 1 && statuses.includes(answers[0].status), `one ${statuses.join(' or ')}`, seen)
  expect(isClosed, 'a closed connection', `${seen} and an open one`)
}
