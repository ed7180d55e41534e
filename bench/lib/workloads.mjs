// Event streams to measure with, the same at every run. Each builder returns the bytes and what must come out of them.

const WORDS =
  'stream server event client retry buffer token the of and to in is that for with as data line parse open close'.split(
    ' ',
  )
const HAN = [...'服务器发送事件流客户端连接重试缓冲解析数据消息标识断线恢复心跳注释协议规范测试']

/** Numbers from 0 to 1 (xorshift32): the seed decides all of them. */
function randomFrom(seed) {
  let state = seed
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    of: (list) => list[Math.floor(next() * list.length)],
  }
}

const words = (random, count) => Array.from({ length: count }, () => random.of(WORDS)).join(' ')

/** `makeEvent` gives the text on the wire and the data that a parser must report. */
function build(size, makeEvent) {
  const parts = []
  let [length, events, dataChars] = [0, 0, 0]
  while (length < size) {
    const { text, data } = makeEvent(events)
    const bytes = Buffer.from(text)
    parts.push(bytes)
    length += bytes.length
    events++
    dataChars += data.length
  }
  return { bytes: Buffer.concat(parts), events, dataChars }
}

export const WORKLOADS = {
  /** The deltas of a model: one short data line each. */
  deltas(size) {
    const random = randomFrom(7)
    return build(size, (index) => {
      const choices = [{ delta: { content: ` ${random.of(WORDS)}` } }]
      const data = JSON.stringify({ id: 'chatcmpl-8f2c', object: 'chat.completion.chunk', index, choices })
      return { text: `data: ${data}\n\n`, data }
    })
  },

  /** The same in Chinese, as named events. */
  deltasHan(size) {
    const random = randomFrom(11)
    return build(size, () => {
      const data = `{"v": "${Array.from({ length: 2 + random.below(6) }, () => random.of(HAN)).join('')}"}`
      return { text: `event: delta\ndata: ${data}\n\n`, data }
    })
  },

  /** MCP messages with type and ID, and a keep-alive now and then. */
  mcp(size) {
    const random = randomFrom(13)
    return build(size, (id) => {
      const content = [{ type: 'text', text: words(random, 10 + random.below(60)) }]
      const data = JSON.stringify({ jsonrpc: '2.0', id, result: { content } })
      const keepAlive = id % 16 === 15 ? ': keep-alive\n\n' : ''
      return { text: `${keepAlive}event: message\nid: s1_${id}\ndata: ${data}\n\n`, data }
    })
  },

  /** One data line of 1 MiB an event. */
  large(size) {
    const data = words(randomFrom(17), 2 ** 18).slice(0, 2 ** 20)
    return build(size, () => ({ text: `data: ${data}\n\n`, data }))
  },

  /** 200 data lines of some 80 characters an event. */
  multiline(size) {
    const random = randomFrom(19)
    return build(size, () => {
      const lines = Array.from({ length: 200 }, () => words(random, 15))
      return { text: `${lines.map((line) => `data: ${line}\n`).join('')}\n`, data: lines.join('\n') }
    })
  },

  /** Lines that end in CR LF. */
  crlf(size) {
    const random = randomFrom(23)
    return build(size, (n) => {
      const data = JSON.stringify({ n, w: words(random, 2) })
      return { text: `event: tick\r\nid: ${n}\r\ndata: ${data}\r\n\r\n`, data }
    })
  },
}

/** As one piece, and as pieces of the size in which sockets deliver. */
export const CHUNKINGS = { whole: Infinity, '16k': 2 ** 14 }

export function cut(bytes, size) {
  if (size === Infinity) return [bytes]
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}
