// Inputs that are meant to cost time (T-35, T-62). What they cost is CPU time of the server's process, read from /proc:
// that of others on the machine is not in it. Work that grows with the square of an input costs minutes at these sizes.
import { readFileSync } from 'node:fs'
import { META, modern, openSession, openSse, post, request, requestBytes, rpc } from './client.mjs'
import { expect, expectError, expectResult, expectSame, expectStatus } from './expect.mjs'
import { connect } from './socket.mjs'

export const inOrder = true

const MIB = 2 ** 20
/** Milliseconds of the server's CPU that such an input may cost. Each byte of it looked at a few times costs a tenth. */
const CPU = 1_000
const TICK = 10

const cpuOf = ({ pid }) => {
  const [utime, stime] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13)
  return (Number(utime) + Number(stime)) * TICK
}

const nested = (open, close, depth) => `${open.repeat(depth)}1${close.repeat(depth)}`
const inParams = (json) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${json}}}`

const tooDeep = [
  ['arrays, 65 levels', inParams(nested('[', ']', 63))],
  ['arrays, 1,000 levels', inParams(nested('[', ']', 1_000))],
  ['arrays, 100,000 levels', inParams(nested('[', ']', 100_000))],
  ['objects, 1,000 levels', inParams(nested('{"a":', '}', 1_000))],
  ['objects, 100,000 levels', inParams(nested('{"a":', '}', 100_000))],
  ['by turns, 50,000 levels', inParams(nested('[{"a":', '}]', 50_000))],
  ['outside of any message', nested('[', ']', 100_000)],
  ['in _meta', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":${nested('{"a":', '}', 5_000)}}}`],
  ['in an id', `{"jsonrpc":"2.0","id":${nested('[', ']', 5_000)},"method":"ping"}`],
  ['in a stray answer', `{"jsonrpc":"2.0","id":1,"result":{"a":${nested('[', ']', 5_000)}}}`],
  ['never closed, 4 MiB', '['.repeat(4 * MIB - 10)],
  ['never closed, objects', '{"a":'.repeat(700_000)],
  ['behind strings full of brackets', inParams(`["\\"]]]]",${nested('[', ']', 1_000)}]`)],
]

const heavy = [
  ['a number of 1 MiB', inParams('9'.repeat(MIB))],
  ['a fraction of 1 MiB', inParams(`0.${'1'.repeat(MIB)}`)],
  ['an exponent of 100,000 digits', inParams(`1e${'9'.repeat(100_000)}`)],
  ['a string of 4 MiB', inParams(JSON.stringify('x'.repeat(4 * MIB - 200)))],
  ['a string of 600,000 escapes', inParams(`"${'\\u0041'.repeat(600_000)}"`)],
  ['a string of 2,000,000 backslashes', inParams(`"${'\\\\'.repeat(1_900_000)}"`)],
  ['a key of 1 MiB', inParams(`{"${'k'.repeat(MIB)}":1}`)],
  ['200,000 keys', inParams(`{${Array.from({ length: 200_000 }, (_, at) => `"k${at}":1`).join()}}`)],
  ['the same key 400,000 times', inParams(`{${Array(400_000).fill('"k":1').join()}}`)],
  [
    '200,000 keys that are numbers',
    inParams(`{${Array.from({ length: 200_000 }, (_, at) => `"${at * 7}":1`).join()}}`),
  ],
  ['1,000,000 empty lists', inParams(`[${Array(1_000_000).fill('[]').join()}]`)],
  ['2,000,000 numbers', inParams(`[${'1,'.repeat(1_990_000)}1]`)],
  ['4 MiB of blanks around', `${' '.repeat(3 * MIB)}${inParams('1')}${'\n'.repeat(MIB / 2)}`],
]

/** Sends such an input, `times` times, and asks for /health on another connection: both are answered, and it is cheap. */
export async function isCheap(server, bytes, check, times = 1) {
  const client = connect(server)
  const other = connect(server)
  try {
    const cpu = server.pid && cpuOf(server)
    for (let time = 0; time < times; time++) {
      client.send(bytes)
      other.send(requestBytes(server, 'GET', '/health'))
      const answer = await client.answer()
      expect(answer.status < 500, 'no 5xx', `${answer.status} ${answer.text}`)
      expectStatus(await other.answer(), 200)
      check?.(answer)
      if (client.isOver()) break // a refusal may end the connection
    }
    if (server.pid) expect(cpuOf(server) - cpu <= CPU, `at most ${CPU} ms of CPU`, `${cpuOf(server) - cpu} ms`)
  } finally {
    client.destroy()
    other.destroy()
  }
}

export const cases = [
  ...tooDeep.map(([what, body]) => [
    `T-35 too deep: ${what}`,
    // In a session, where all that is wrong with most of them is their depth.
    async (server) => {
      const bytes = requestBytes(server, 'POST', '/mcp', await openSession(server), body)
      await isCheap(server, bytes, (answer) => expectError(answer, 400, [-32_600, -32_700]))
    },
  ]),
  [
    'T-35 too deep at /messages: refused there, and the stream lives on',
    async (server) => {
      const sse = await openSse(server)
      expectError(await sse.post(tooDeep[2][1]), 400, -32_600)
      expectSame((await sse.call(rpc('ping', undefined, 'next'))).id, 'next', 'the first message')
      sse.destroy()
    },
  ],
  [
    'T-35 too deep without a session',
    async (server) => {
      const { headers, body } = modern('tools/list', { x: '@' })
      const text = JSON.stringify(body).replace('"@"', nested('[', ']', 1_000))
      expectError(await post(server, '/mcp', text, headers), 400, -32_600)
    },
  ],
  [
    'T-35 60 levels, and strings full of brackets, are served',
    async (server) => {
      const session = await openSession(server)
      expectResult(await post(server, '/mcp', inParams(nested('[', ']', 60)), session), 1)
      expectResult(await post(server, '/mcp', inParams(JSON.stringify('[{'.repeat(50_000))), session), 1)
      expectResult(await post(server, '/mcp', inParams(`[${'[],'.repeat(10_000)}1]`), session), 1)
    },
  ],
  ...heavy.map(([what, body]) => [
    `T-35, T-62 ${what}`,
    async (server) => {
      const session = await openSession(server)
      await isCheap(server, requestBytes(server, 'POST', '/mcp', session, body), (answer) =>
        expectStatus(answer, 200, 400),
      )
    },
  ]),
  [
    'T-62 twenty bodies of 4 MiB at once: /health is answered meanwhile, and all of them are',
    async (server) => {
      const body = inParams(`[${'1,'.repeat(1_990_000)}1]`)
      const bodies = Promise.all(Array.from({ length: 20 }, () => post(server, '/mcp', body)))
      const state = { isDone: false }
      void bodies.catch(() => {}).finally(() => (state.isDone = true))
      do expectStatus(await request(server, 'GET', '/health'), 200)
      while (!state.isDone)
      for (const answer of await bodies) expectStatus(answer, 400, 503)
    },
  ],
  [
    'T-62 a thousand small requests at once: /health is answered meanwhile',
    async (server) => {
      const { headers, body } = modern('tools/list')
      const text = JSON.stringify(body)
      const lanes = Array.from({ length: 50 }, async () => {
        const client = connect(server)
        for (let round = 0; round < 20; round++) {
          client.send(requestBytes(server, 'POST', '/mcp', headers, text))
          expectStatus(await client.answer(), 200)
        }
        client.destroy()
      })
      expectStatus(await request(server, 'GET', '/health'), 200)
      await Promise.all(lanes)
    },
  ],
  [
    'T-62 capabilities and clientInfo of 1 MiB are cheap',
    async (server) => {
      const { headers, body } = modern(
        'tools/list',
        {},
        { meta: { [`${META}clientCapabilities`]: { x: 'x'.repeat(MIB) } } },
      )
      await isCheap(server, requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)), (answer) =>
        expectResult(answer, 1),
      )
    },
  ],
]
