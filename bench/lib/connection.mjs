// A raw keep-alive HTTP/1.1 connection for the load: it must cost far less than the servers that it measures.
// One request in flight, or one response without an end. Bodies are read as Latin-1: ours are ASCII.
import net from 'node:net'

// All sockets read into one buffer: each piece is consumed before libuv reads the next.
const shared = Buffer.allocUnsafeSlow(2 ** 18)
const [HEAD, LENGTH, SIZE, CHUNK, LINE_END, TRAILER, UNTIL_CLOSE] = [0, 1, 2, 3, 4, 5, 6]
const CR = 13

export class Connection {
  /** @param {(text: string) => void} [onText] takes the body piece by piece, for a stream without an end */
  constructor(port, onText) {
    this.onText = onText
    this.onHead = undefined
    this.onAnswer = undefined
    this.state = HEAD
    this.rest = undefined
    this.body = ''
    this.left = 0
    this.status = 0
    this.head = ''
    this.dead = false
    const callback = (length, buffer) => {
      this.read(buffer, length)
      return true
    }
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback } })
    this.socket.on('error', (error) => this.fail(error)).on('close', () => this.fail(new Error('connection closed')))
    this.ready = new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject))
    this.ready.catch(() => {})
  }

  /** Calls back with status and body; status 0 where there is no whole answer. */
  send(bytes, onAnswer) {
    this.onAnswer = onAnswer
    if (this.dead) this.answer(0, 'connection closed')
    else this.socket.write(bytes)
  }

  request(bytes) {
    return new Promise((resolve) => this.send(bytes, (status, body) => resolve({ status, body, head: this.head })))
  }

  close() {
    this.dead = true
    this.socket.destroy()
  }

  fail(error) {
    if (this.dead) return
    this.dead = true
    if (this.state === UNTIL_CLOSE) this.answer(this.status, this.body)
    else this.answer(0, String(error))
  }

  answer(status, body) {
    const { onAnswer } = this
    this.onAnswer = undefined
    onAnswer?.(status, body)
  }

  done() {
    const { body } = this
    this.state = HEAD
    this.body = ''
    this.answer(this.status, body)
  }

  read(buffer, length) {
    let [bytes, end, at] = [buffer, length, 0]
    if (this.rest) {
      bytes = Buffer.concat([this.rest, buffer.subarray(0, length)])
      end = bytes.length
      this.rest = undefined
    }
    while (at < end && at >= 0) at = this.step(bytes, at, end)
  }

  /** Takes one piece and says where the next begins; -1: the rest waits for more bytes. */
  step(bytes, at, end) {
    if (this.state === HEAD) return this.readHead(bytes, at, end)
    if (this.state === SIZE) return this.readSize(bytes, at, end)
    if (this.state === LINE_END || this.state === TRAILER) {
      const taken = Math.min(this.left, end - at)
      this.left -= taken
      if (this.left === 0) {
        if (this.state === LINE_END) this.state = SIZE
        else this.done()
      }
      return at + taken
    }
    const taken = this.state === UNTIL_CLOSE ? end - at : Math.min(this.left, end - at)
    const text = bytes.latin1Slice(at, at + taken)
    if (this.onText) this.onText(text)
    else this.body += text
    this.left -= taken
    if (this.left === 0 && this.state === LENGTH) this.done()
    else if (this.left === 0 && this.state === CHUNK) [this.state, this.left] = [LINE_END, 2]
    return at + taken
  }

  readHead(bytes, at, end) {
    const empty = bytes.indexOf('\r\n\r\n', at, 'latin1')
    if (empty < 0 || empty + 4 > end) return this.wait(bytes, at, end)
    const head = bytes.latin1Slice(at, empty)
    this.head = head
    this.status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)
    this.left = Number(length?.[1] ?? 0)
    if (length && this.left > 0) this.state = LENGTH
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.state = SIZE
    else if (length || this.status === 202 || this.status === 204) this.done()
    else [this.state, this.left] = [UNTIL_CLOSE, Infinity]
    this.onHead?.(this.status)
    return empty + 4
  }

  readSize(bytes, at, end) {
    let stop = at
    while (stop < end && bytes[stop] !== CR) stop++
    if (stop + 1 >= end) return this.wait(bytes, at, end)
    this.left = parseInt(bytes.latin1Slice(at, stop), 16)
    if (this.left === 0) [this.state, this.left] = [TRAILER, 2]
    else this.state = CHUNK
    return stop + 2
  }

  wait(bytes, at, end) {
    this.rest = Buffer.from(bytes.subarray(at, end))
    return -1
  }
}

/** Cuts the text of an event stream into events: whatever stands between two empty lines. */
export function createCutter(onEvent) {
  let held = ''
  return (text) => {
    let from = Math.max(0, held.length - 3)
    held += text
    for (;;) {
      let [at, width] = [held.indexOf('\n\n', from), 2]
      if (at < 0) [at, width] = [held.indexOf('\r\n\r\n', from), 4]
      if (at < 0) return
      const event = held.slice(0, at)
      held = held.slice(at + width)
      from = 0
      onEvent(event)
    }
  }
}
