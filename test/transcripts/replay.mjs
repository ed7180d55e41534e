// Reads a transcript, and speaks the client's part of it on bare sockets. The notation stands at the top of each.
import assert from 'node:assert/strict'
import net from 'node:net'

/**
 * What one side says without being interrupted: a request, a response, or one frame of an event stream.
 * @typedef {{ mark: '>' | '<' | '~' | '?', connection: string, lines: string[], never: string[] }} Turn
 * @typedef {Awaited<ReturnType<typeof connect>>} Connection
 */

/** @returns {Turn[]} */
export function readTranscript(text) {
  const turns = []
  let connection
  let turn
  for (const line of text.split(/\r?\n/)) {
    const [, mark = '#', said = ''] = /^([@><!~?])(?: (.*))?$/.exec(line) ?? []
    if (mark === '#') turn = undefined
    else if (mark === '@') connection = said
    else if (mark === '!') turn.never.push(said)
    else if (mark !== '>' && mark !== '<' && said.startsWith('    '))
      turn.lines.push(turn.lines.pop() + said.trim())
    else {
      if (turn?.mark !== mark) turns.push((turn = { mark, connection, lines: [], never: [] }))
      turn.lines.push(said)
    }
  }
  return turns
}

/** Head and body of a request or a response; the empty line between them belongs to neither. */
export function parts({ lines }) {
  const empty = lines.indexOf('')
  return { head: lines.slice(0, empty), body: lines.slice(empty + 1).join('\n') }
}

/** The bytes of a request, with the {values} filled in. */
export function requestText(turn, values) {
  const { head, body } = parts(turn)
  return fill(`${head.join('\r\n')}\r\n\r\n${body}`, values)
}

const fill = (text, values) => text.replace(/\{(host|session)\}/g, (_all, name) => values[name])

/** A line of a transcript as a pattern: {values} that are known must be these, the others are learned from it. */
export function pattern(line, values) {
  const known = fill(line, { host: values.host, session: values.session ?? '{session}' })
  const escaped = known.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(
    `^${escaped.replace('\\{session\\}', `(?<session>${UUID})`).replace('\\{date\\}', DATE)}$`,
  )
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const DATE = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'

/**
 * Plays the turns in their order: says what the client says, and waits for each thing that the server has to say.
 * `see` is shown the turn and what came instead of it. The connections stay open.
 */
export async function play(turns, port, see = () => {}) {
  const values = { host: `127.0.0.1:${port}`, session: undefined }
  /** @type {Map<string, Connection>} */
  const connections = new Map()
  const optional = []
  for (const turn of turns) {
    if (!connections.has(turn.connection)) connections.set(turn.connection, await connect(port))
    const connection = connections.get(turn.connection)
    if (turn.mark === '>') connection.write(requestText(turn, values))
    else if (turn.mark === '?') optional.push(turn)
    else {
      let got = turn.mark === '<' ? await connection.response() : await connection.frame()
      while (turn.mark === '~' && optional.some((each) => agrees(each, got, values)))
        got = await connection.frame()
      for (const line of turn.lines.filter((each) => each.includes('{session}')))
        for (const said of got.lines) values.session ??= pattern(line, values).exec(said)?.groups?.session
      see(turn, got, values)
    }
  }
  return { connections, values }
}

/** Throws AssertionError unless the server said what the transcript says. */
export function compare(turn, got, values) {
  if (turn.mark === '<') compareResponse(turn, got, values)
  else {
    const [expected, said] = [turn, got].map(({ lines }) => lines.map((line) => line.replace(JSON_LINE, '{')))
    for (const [at, line] of expected.entries()) assert.match(said[at] ?? '', pattern(line, values))
    assert.equal(said.length, expected.length, `more than the frame should have: ${got.lines.join('\n')}`)
    compareJson(...[turn, got].map(({ lines }) => lines.filter((line) => JSON_LINE.test(line)).map(dataOf)))
  }
}

const JSON_LINE = /^data: \{.*$/
const dataOf = (line) => JSON.parse(line.slice('data: '.length))

function compareResponse(turn, got, values) {
  const [expected, said] = [parts(turn), parts(got)]
  assert.equal(said.head[0], expected.head[0])
  for (const line of expected.head)
    assert.ok(
      said.head.some((each) => pattern(line, values).test(each)),
      `no ${line} in ${said.head.join('\n')}`,
    )
  for (const name of turn.never)
    assert.ok(
      !said.head.some((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`)),
      `${name} is there`,
    )
  assert.equal(said.body, expected.body)
}

const ANY = '…'

/** Members in any order; "…" is any value, and the end of a list or an object that may go on. */
function compareJson(expected, said, path = '') {
  if (expected === ANY) return assert.notEqual(said, undefined, `${path} is missing`)
  if (typeof expected === 'string' && expected.startsWith('{') && typeof said === 'string')
    return compareJson(JSON.parse(expected), JSON.parse(said), `${path} (JSON in a text)`)
  if (typeof expected !== 'object' || expected === null || typeof said !== 'object' || said === null)
    return assert.deepEqual(said, expected, path)
  assert.equal(Array.isArray(said), Array.isArray(expected), path)
  const last = Array.isArray(expected) ? String(expected.length - 1) : ANY
  const isOpen = expected[last] === ANY
  const names = Object.keys(expected).filter((name) => !(isOpen && name === last))
  for (const name of names) compareJson(expected[name], said[name], `${path}/${name}`)
  if (!isOpen) assert.deepEqual(Object.keys(said).toSorted(), names.toSorted(), path)
}

function agrees(...args) {
  try {
    compare(...args)
    return true
  } catch {
    return false
  }
}

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
        const silence = () =>
          reject(new Error(`Nothing for 10 seconds; unread: ${JSON.stringify(text + unread)}`))
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
    const data = await take(Number.parseInt(await takeTo('\r\n'), 16))
    await takeTo('\r\n')
    return data
  }

  async function body(head) {
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

    /** The next frame of the event stream that this connection carries, taken out of its chunks. */
    async frame() {
      while (!text.includes('\n\n')) text += await chunk()
      const end = text.indexOf('\n\n') + 2
      const lines = text.slice(0, end - 1).split('\n')
      text = text.slice(end)
      return { lines }
    },

    /** Says goodbye, waits until the server does, and returns what nobody has read. */
    async rest() {
      socket.end()
      await until(() => closed || undefined)
      return text + unread.toString()
    },
  }
}
