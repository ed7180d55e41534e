// Every figure and every output that the lessons print, computed anew. test/product/course.test.ts compares.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as lesson0 from './00-why/figures.mjs'
import { encode } from './01-a-response-that-never-ends/solution.mjs'
import * as lesson3 from './03-three-chat-styles/figures.mjs'
import * as lesson7 from './07-real-clients/figures.mjs'
import * as lesson8 from './08-wireshark/figures.mjs'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const json = (name) => JSON.parse(readFileSync(path(name), 'utf8'))
const bytes = (text) => Buffer.byteLength(text)

const SERVER = path('../examples/first-stream/server.mjs')
const SEE = path('02-the-format-to-the-last-byte/see.mjs')
const { vectors: toRead } = json('../test/vectors/sse-parse.json')
const { vectors: toWrite } = json('../test/vectors/sse-encode.json')
const { streams } = json('../data/chat-streams.json')
const bytesOf = ({ input, inputBase64 }) =>
  Buffer.from(input ?? inputBase64, inputBase64 === undefined ? 'utf8' : 'base64')

/** Places between two bytes of one character: there, and only there, the byte after the cut begins with the bits 10. */
const cutsInsideCharacters = (wire) => wire.filter((byte) => byte >> 6 === 0b10).length

/** The parser of lesson 2's exercise as shipped: the learner's copy changes. */
function glueAndSplit(wire) {
  const frames = new TextDecoder().decode(wire).split('\n\n').slice(0, -1)
  return frames.filter((frame) => frame.startsWith('data: ')).map((frame) => frame.slice('data: '.length))
}

function lessonOne() {
  const frame = encode({ data: '1' })
  const chunk = `${bytes(frame).toString(16)}\r\n${frame}\r\n`
  const source = readFileSync(SERVER, 'utf8')
  return {
    frameBytes: bytes(frame),
    chunkBytes: bytes(chunk),
    linesOfStream: /^function stream[^]*?^}/m.exec(source)[0].split('\n').length,
    vectors: toWrite.length,
  }
}

function lessonTwo() {
  const wires = Object.fromEntries(streams.map(({ id, wireBase64 }) => [id, Buffer.from(wireBase64, 'base64')]))
  const right = toRead.filter(
    (vector) => glueAndSplit(bytesOf(vector)).join('\0') === vector.expect.events.map(({ data }) => data).join('\0'),
  )
  return {
    vectors: toRead.length,
    cuts: toRead.map((vector) => bytesOf(vector).length + 1).reduce((sum, places) => sum + places, 0),
    glueAndSplitRight: right.length,
    chatgptBytes: wires.chatgpt.length,
    kimiBytes: wires.kimi.length,
    deepseekBytes: wires.deepseek.length,
    chatgptCutsInside: cutsInsideCharacters(wires.chatgpt),
    kimiCutsInside: cutsInsideCharacters(wires.kimi),
    deepseekCutsInside: cutsInsideCharacters(wires.deepseek),
    bytesOfOneCharacter: bytes('你'),
  }
}

const codeOf = (name) =>
  readFileSync(path(name), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(\/[/*]|\*)/.test(line))

/** Lines of code of a solution that its exercise does not have. */
export function addedLines(folder) {
  const given = codeOf(`${folder}/exercise.mjs`)
  const isNew = (line) => {
    const at = given.indexOf(line)
    if (at !== -1) given.splice(at, 1)
    return at === -1
  }
  return codeOf(`${folder}/solution.mjs`).filter(isNew).length
}

/** The figures that were measured or counted here, by lesson. Each stands in the lesson's text. */
export const computed = {
  0: lesson0.computed,
  1: lessonOne(),
  2: lessonTwo(),
  3: lesson3.computed,
  4: { addedLines: addedLines('04-breaking-the-stream') },
  5: { addedLines: addedLines('05-the-handshake') },
  6: { addedLines: addedLines('06-a-tool') },
  7: lesson7.computed,
  8: lesson8.computed,
  9: { addedLines: addedLines('09-streamable-http') },
  10: { addedLines: addedLines('10-stateless') },
}

/** The other figures the texts may use, and where they come from. */
export const given = {
  0: lesson0.given,
  1: {
    'the HTML Standard, its section and its readyState': ['9.2.5', '0', '1', '2'],
    'Chromium: seconds before it reconnects': ['3'],
    'status codes': ['204'],
    'this course: lessons, minutes': ['1', '4', '5', '8', '25'],
  },
  2: {
    'the HTML Standard, its section': ['9.2.6'],
    'status codes': ['502'],
    'offsets and values in the output of see.mjs': ['0', '42', '48', '67', '85', '86', '93'],
    'this course: lessons, minutes': ['2', '3', '40'],
    'the month of the chat excerpts': ['2025'],
  },
  3: lesson3.given,
  4: {
    'the HTML Standard, its section and its readyState': ['9.2.3', '0', '1', '2'],
    'status codes and the version of HTTP': ['204', '500', '1.1'],
    'ids in the output of see.mjs': ['3', '4', '5', '6'],
    'digits of an id in src/sse/event-store.ts': ['15'],
    'nginx: proxy_read_timeout, seconds': ['60'],
    'this course: lessons, minutes': ['9', '10', '35'],
  },
  5: {
    'status codes': ['202', '400', '404'],
    'protocol versions': ['2024', '11', '05'],
    'connections and ids in the output of see.mjs': ['0', '1', '2', '3', '4'],
    'the month of the capture': ['2025'],
    'issues of typescript-sdk': ['223', '307'],
    'this course: lessons, minutes': ['5', '9', '40'],
  },
  6: {
    'codes of JSON-RPC': ['32601', '32602'],
    'protocol versions': ['2025', '11', '25'],
    'issues of servers and r-nacos': ['4159', '253'],
    'this course: lessons, stages, minutes': ['0', '6', '7', '35'],
  },
  7: lesson7.given,
  8: lesson8.given,
  9: {
    'status codes': ['404', '406'],
    'protocol versions': ['2025', '03', '26', '11', '25'],
    'servers, faults and ids in the text': ['1', '2', '3', '7'],
    'this course: lessons, minutes': ['4', '6', '9', '40'],
  },
  10: {
    'status codes and codes of JSON-RPC': ['200', '400', '404', '32020'],
    'protocol versions': ['2025', '2026', '07', '28'],
    'servers in the picture': ['1', '2'],
    'this course: lessons, stages, minutes': ['0', '4', '5', '7', '9', '10', '35'],
  },
}

const see = (...args) => execFileSync(process.execPath, [SEE, ...args], { encoding: 'utf8' })
const seeOf = (folder) =>
  execFileSync(process.execPath, [path(`${folder}/see.mjs`)], { cwd: path('..'), encoding: 'utf8' }).trimEnd()

/** What the commands of a lesson print, as its `text` blocks show it. */
export async function outputs() {
  const stream = await firstAnswer('data: 2\n\n')
  return {
    0: lesson0.outputs(),
    1: [stream.replace(/^Date: .*$/m, 'Date: ...').trimEnd()],
    2: [see().trimEnd(), see('42').split('\n\n')[1].trimEnd()],
    3: lesson3.outputs(),
    7: lesson7.outputs(),
    8: lesson8.outputs(),
    4: [seeOf('04-breaking-the-stream')],
    5: [seeOf('05-the-handshake')],
    6: [seeOf('06-a-tool')],
    9: [seeOf('09-streamable-http')],
    10: [seeOf('10-stateless')],
  }
}

/** What `curl -iN` shows of the first stream, up to a frame. */
async function firstAnswer(upTo) {
  const env = { ...process.env, PORT: '0' }
  const server = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
    const port = Number(new URL(line.split('\n')[0]).port)
    const socket = connect({ port, host: '127.0.0.1', signal: AbortSignal.timeout(10_000) }).setEncoding('utf8')
    socket.write('GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    let answer = ''
    for await (const piece of socket) {
      answer += piece
      if (answer.includes(upTo)) break // leaving the loop destroys the socket
    }
    const [head, body] = answer.split(/\r\n\r\n(.*)/s)
    return `${head.replaceAll('\r', '')}\n\n${body.replace(/[0-9a-f]+\r\n(.*?)\r\n/gs, '$1')}`
  } finally {
    server.kill()
  }
}
