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

/** The figures that were measured or counted here, by lesson. Each stands in the lesson's text. */
export const computed = {
  0: lesson0.computed,
  1: lessonOne(),
  2: lessonTwo(),
  3: lesson3.computed,
  7: lesson7.computed,
  8: lesson8.computed,
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
  7: lesson7.given,
  8: lesson8.given,
}

const see = (...args) => execFileSync(process.execPath, [SEE, ...args], { encoding: 'utf8' })

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
