// A TCP connection, as a client of a transcript has it.
import net from 'node:net'
import { readChunk } from '../support/chunks.mjs'

const SILENCE_MS = 10_000

/** A TCP connection that knows just enough HTTP to tell where an answer ends. */
export async function connect(port) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay()
  let unread = Buffer.alloc(0)
  let text = ''
  let closed = false
  let wake = () => {}
  socket.on('data', (bytes) => {
    unread = Buffer.concat([unread, bytes])
    wake()
  })
  socket.on('error', () => {}) // 'close' follows
  socket.on('close', () => {
    closed = true
    wake()
  })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))

  /** What `find` finds, now or when more has come. */
  async function until(find) {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (closed) throw new Error(`The connection is closed; unread: ${JSON.stringify(text + unread)}`)
      await new Promise((resolve, reject) => {
        const silence = () => reject(new Error(`Nothing for 10 seconds; unread: ${JSON.stringify(text + unread)}`))
        const timer = setTimeout(silence, SILENCE_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  function cut(length) {
    const bytes = unread.subarray(0, length)
    unread = unread.subarray(length)
    return bytes
  }

  const take = (length) => until(() => (unread.length < length ? undefined : cut(length)))

  const takeTo = (end) =>
    until(() => {
      const at = unread.indexOf(end)
      return at === -1
        ? undefined
        : cut(at + end.length)
            .subarray(0, at)
            .toString()
    })

  async function chunk() {
    const { data, end } = await until(() => {
      const found = readChunk(unread)
      return found?.isWhole ? found : undefined
    })
    cut(end)
    return data
  }

  /** A frame, taken out of its chunks; undefined at the end of the stream. */
  async function next() {
    while (!text.includes('\n\n')) {
      const data = await chunk()
      if (data.length === 0 && text === '') return undefined
      if (data.length === 0) throw new Error(`The stream has ended within a frame: ${JSON.stringify(text)}`)
      text += data
    }
    const end = text.indexOf('\n\n') + 2
    const lines = text.slice(0, end - 1).split('\n')
    text = text.slice(end)
    return { lines }
  }

  async function body(head) {
    if (head[0].startsWith('HTTP/1.1 204 ')) return []
    if (head.some((line) => /^content-type: text\/event-stream/i.test(line))) return []
    const length = head.map((line) => /^content-length: (\d+)$/i.exec(line)?.[1]).find(Boolean)
    if (length !== undefined) return [(await take(Number(length))).toString()]
    let all = ''
    for (let data = await chunk(); data.length > 0; data = await chunk()) all += data
    return [all]
  }

  return {
    socket,
    write: (bytes) => socket.write(bytes),

    /** The next response, as the lines of a turn; of an event stream the head alone. */
    async response() {
      const head = (await takeTo('\r\n\r\n')).split('\r\n')
      return { lines: [...head, '', ...(await body(head))] }
    },

    /** The next frame of the event stream that this connection carries. */
    async frame() {
      const got = await next()
      if (!got) throw new Error('The stream has ended.')
      return got
    },

    /** All frames until the stream ends; the connection stays. */
    async frames() {
      const all = []
      for (let got = await next(); got; got = await next()) all.push(got)
      return all
    },

    /** Waits for the end of the stream, and throws where it goes on instead. */
    async streamEnd() {
      const got = await next()
      if (got) throw new Error(`The stream goes on: ${got.lines.join('\n')}`)
    },

    /** Says goodbye, waits until the server does, and returns what nobody has read. */
    async rest() {
      socket.end()
      await until(() => closed || undefined)
      return text + unread.toString()
    },
  }
}
