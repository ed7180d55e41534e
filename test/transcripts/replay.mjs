// Reads a transcript, and speaks the client's part of it on bare sockets. The notation stands in README.md.
import { agrees, fill, learn, parts } from './compare.mjs'
import { connect } from './connection.mjs'

export { compare, fill, parts, pattern } from './compare.mjs'
export { connect } from './connection.mjs'

/**
 * What one side says without being interrupted: a request, a response, or one frame of an event stream; or what
 * happens meanwhile, one line each.
 * @typedef {{ mark: '>' | '<' | '~' | '?' | '=' | '.' | '/', at: number, connection: string, lines: string[], never: string[] }} Turn
 * @typedef {Awaited<ReturnType<typeof connect>>} Connection
 */

/** @returns {Turn[]} */
export function readTranscript(text) {
  const turns = []
  let connection = '1'
  let turn
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [, mark = '#', said = ''] = /^([@><!~?=./])(?: (.*))?$/.exec(line) ?? []
    if (mark === '#') turn = undefined
    else if (mark === '@') connection = said
    else if (mark === '!') turn.never.push(said)
    else if (mark !== '>' && mark !== '<' && said.startsWith('    ')) turn.lines.push(turn.lines.pop() + said.trim())
    else {
      if (turn?.mark !== mark || mark === '=')
        turns.push((turn = { mark, at: at + 1, connection, lines: [], never: [] }))
      turn.lines.push(said)
    }
  }
  return turns
}

/** The bytes of a request, with the {values} filled in. One without `HTTP/1.1` gets the usual fields, and `more`. */
export function requestText(turn, values, more = []) {
  const { head, body } = parts(turn)
  if (head[0].endsWith(' HTTP/1.1')) return fill(`${head.join('\r\n')}\r\n\r\n${body}`, values)

  const text = fill(body, values)
  const given = new Set([...head.slice(1), ...turn.never].map(nameOf))
  const length = `Content-Length: ${Buffer.byteLength(text)}`
  const kind = head[0].startsWith('GET ') ? GET_FIELDS : head[0].startsWith('POST ') ? [...POST_FIELDS, length] : []
  const fields = ['Host: {host}', ...kind, ...more].filter((field) => !given.has(nameOf(field)))
  const lines = [`${head[0]} HTTP/1.1`, ...fields, ...head.slice(1)]
  return `${fill(lines.join('\r\n'), values)}\r\n\r\n${text}`
}

const GET_FIELDS = ['Accept: text/event-stream']
const POST_FIELDS = ['Content-Type: application/json', 'Accept: application/json, text/event-stream']
const nameOf = (field) => field.split(':', 1)[0].toLowerCase()

/**
 * Plays the turns in their order: says what the client says, and waits for each thing that the server has to say.
 * `see` is shown the turn and what came instead of it. The connections stay open.
 */
export async function play(turns, port, see = () => {}) {
  const values = { host: `127.0.0.1:${port}`, session: undefined }
  /** @type {Map<string, Connection>} */
  const connections = new Map()
  const optional = []
  const usual = [] // what `=` adds to each request from there on
  for (const turn of turns) {
    try {
      await playTurn(turn)
    } catch (error) {
      throw new Error(`line ${turn.at}: ${error.message}`, { cause: error })
    }
  }
  return { connections, values, usual }

  async function playTurn(turn) {
    const { mark, lines } = turn
    if (mark === '=') return setUsual(lines[0], usual, values)
    if (!connections.has(turn.connection)) connections.set(turn.connection, await connect(port))
    const connection = connections.get(turn.connection)
    if (mark === '>') connection.write(requestText(turn, values, usual))
    else if (mark === '?') optional.push(turn)
    else if (mark === '.') await connection.streamEnd()
    else if (mark === '/') {
      connection.socket.destroy()
      connections.delete(turn.connection)
    } else {
      const mayCome = mark === '~' ? optional : []
      let got = mark === '<' ? await connection.response() : await connection.frame()
      while (mayCome.some((each) => agrees(each, got, values))) got = await connection.frame()
      learn(turn, got, values)
      see(turn, got, values)
    }
  }
}

/** `{name} text` gives a value a name; `Name: value` is a field of each short request. */
function setUsual(line, usual, values) {
  const [, name, text] = /^\{(\w+)\} (.*)$/.exec(line) ?? []
  if (name) values[name] = fill(text, values)
  else if (!line.startsWith('server ')) {
    const before = usual.findIndex((field) => nameOf(field) === nameOf(line))
    usual.splice(before === -1 ? usual.length : before, 1, line)
  }
}

/** The options that a transcript wants its server to have: `= server {…}`. */
export function serverOptions(turns) {
  const options = turns.filter(({ mark, lines }) => mark === '=' && lines[0].startsWith('server '))
  return Object.assign({}, ...options.map(({ lines }) => JSON.parse(lines[0].slice('server '.length))))
}

/** What a transcript says of itself: its title, a sentence, each in English and Chinese, and what it shows. */
export function readHead(text) {
  const lines = /^(?:#.*\r?\n)*/
    .exec(text)[0]
    .split(/\r?\n/)
    .map((line) => line.slice(2))
  return { title: lines[0], titleZh: lines[1], ids: lines.join(' ').match(/\b[RT]-(?:[A-Z]+-)?\d+\b/g) ?? [] }
}
