// What outlives a message is weighed: fifty of each, of four megabytes, in a process of 300 MB, which lives and has
// given everything back in the end.
// Runs once: what a bound weighs is measured on one Node.
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import net, { type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectHttpSse, post, request } from '../support/wire.ts'

const SERVER = fileURLToPath(new URL('../support/weighed-server.ts', import.meta.url))
const MB = 1e6
const FIFTY = 50
const V = '2026-07-28'
const both = { accept: 'application/json, text/event-stream' }
const meta = (more = '') =>
  `"_meta":{"io.modelcontextprotocol/protocolVersion":"${V}","io.modelcontextprotocol/clientCapabilities":{}${more}}`

// Four megabytes in the shapes that take most memory, and in one string.
const emptyObjects = `[${'{},'.repeat(1_300_000)}{}]`
const members = `{${Array.from({ length: 380_000 }, (_, n) => `"${n.toString(36)}":{}`).join()}}`
const string = JSON.stringify('x'.repeat(3_900_000))
const SHAPES = { emptyObjects, members, string }

let child: ChildProcess
let url: string
let mcp: string
let port: number
let atFirst: number
let ended = ''

before(async () => {
  child = fork(SERVER, {
    execArgv: ['--max-old-space-size=300', '--expose-gc', '--import', 'tsx'],
    env: { ...process.env, NODE_OPTIONS: '' }, // what looks at all messages also keeps them
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (ended += chunk))
  child.once('exit', (code, signal) => (ended += `exit ${code} ${signal}`))
  ;[{ url }] = (await once(child, 'message')) as [{ url: string }]
  mcp = `${url}/mcp`
  port = Number(new URL(url).port)
  assert.equal((await stateless('tools/call', 'hangs-not', '{}')).status, 200) // all is loaded once
  atFirst = await held()
})
after(async () => {
  child.send('close')
  await once(child, 'exit')
})

async function held(): Promise<number> {
  assert.equal(ended, '', 'the server lives')
  const answer = once(child, 'message')
  child.send('weigh')
  return ((await answer) as [{ held: number }])[0].held
}

/** Waits until the server has let go: it hears of closed connections a moment after they were closed. */
async function letGo(): Promise<void> {
  let last = Infinity
  for (let round = 0; round < 100; round++) {
    last = (await held()) - atFirst
    if (last < 15 * MB) return
    await request('GET', `${url}/nowhere`) // a turn of its event loop and of the network
  }
  assert.fail(`${last / MB} MB are held when nothing is left`)
}

const headersFor = (method: string, name?: string) => ({
  ...both,
  'mcp-protocol-version': V,
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
})
const callBody = (name: string, args: string, more = '') =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args},${meta(more)}}}`
const stateless = (method: string, name: string, args: string) =>
  post(mcp, callBody(name, args), headersFor(method, name))

/** Sends a POST. Nothing of its response is read; the status is noted, 0 where the connection was closed. */
function open(body: string, headers: http.OutgoingHttpHeaders, noted: number[] = []) {
  const sent = http.request(mcp, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  })
  const status = new Promise<number>((resolve) => {
    sent.on('error', () => resolve(0))
    sent.once('response', (response: IncomingMessage) => {
      response.on('error', () => {}).pause()
      noted.push(response.statusCode!)
      resolve(response.statusCode!)
    })
  })
  sent.end(body)
  return { status, close: () => void sent.destroy() }
}

async function session(capabilities = '{}', info = '{"name":"a","version":"1"}') {
  const params = `{"protocolVersion":"2025-11-25","capabilities":${capabilities},"clientInfo":${info}}`
  const { status, headers } = await post(mcp, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`, both)
  return { status, headers: { ...both, 'mcp-session-id': headers['mcp-session-id'] as string } }
}

const isAlive = async () => assert.equal((await stateless('tools/call', 'steps', '{}')).status, 200)

for (const [shape, junk] of Object.entries(SHAPES)) {
  test(`fifty subscriptions/listen, each with ${shape}, are kept without it`, async () => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"junk":${junk},${meta()}}}`
    const before = await held()
    const streams = []
    for (let n = 0; n < FIFTY; n++) {
      const stream = open(body, headersFor('subscriptions/listen'))
      streams.push(stream)
      assert.ok([200, 413, 503].includes(await stream.status))
    }
    const each = ((await held()) - before) / FIFTY
    assert.ok(each < 200_000, `each holds ${each} bytes`)
    await isAlive()
    for (const { close } of streams) close()
    await letGo()
  })

  test(`fifty sessions whose client declares ${shape} keep what means something`, async () => {
    const before = await held()
    for (let n = 0; n < FIFTY; n++) {
      await session(`{"elicitation":{},"experimental":${junk}}`)
      await session(
        '{}',
        `{"name":${shape === 'string' ? junk : '"a"'},"version":"1","more":${shape === 'string' ? 1 : junk}}`,
      )
    }
    const each = ((await held()) - before) / (2 * FIFTY)
    assert.ok(each < 100_000, `each holds ${each} bytes`)
    await isAlive()
  })

  test(`fifty calls that run with ${shape} as arguments are as many as there is room for`, async () => {
    const answered: number[] = []
    const calls = Array.from({ length: FIFTY }, () =>
      open(callBody('hangs', `{"junk":${junk}}`), headersFor('tools/call', 'hangs'), answered),
    )
    while (answered.length === 0) await isAlive() // those that are refused are answered, the others run
    assert.ok((await held()) - atFirst < 200 * MB)
    assert.ok(
      answered.every((status) => status === 413 || status === 503),
      answered.join(),
    )
    for (const { close } of calls) close()
    await letGo()
  })
}

test('fifty bodies that never end have a bound of their own: beyond it 503 with Retry-After', async () => {
  const sockets: Socket[] = []
  let refused = ''
  for (let n = 0; n < FIFTY; n++) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    socket.on('data', (chunk: Buffer) => (refused += chunk.toString('latin1')))
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000001\r\n\r\n`,
    )
    await new Promise((resolve) => socket.write('x'.repeat(4_000_000), resolve))
  }
  await isAlive().catch(() => {}) // the bodies may still hold all there is for this address
  assert.ok((await held()) - atFirst < 200 * MB)
  assert.match(refused, /^HTTP\/1\.1 503 [^]*Retry-After: 10/)
  for (const socket of sockets) socket.destroy()
  await isAliveAgain()
})

/** Once the server has noticed that the others have left. */
async function isAliveAgain(): Promise<void> {
  for (let round = 0; round < 200; round++) if ((await stateless('tools/call', 'steps', '{}')).status === 200) return
  assert.fail('what closed connections held is not given back')
}

test('a body cut into single bytes takes no more than one in a piece', async () => {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  socket.resume()
  socket.write(
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const before = await held()
  for (let n = 0; n < 50; n++) await new Promise((resolve) => socket.write('1\r\nx\r\n'.repeat(20_000), resolve))
  let now = 0
  for (let round = 0; round < 100; round++) now = Math.max(now, (await held()) - before)
  assert.ok(now < 30 * MB, `${now / MB} MB for a body of 1 MB`) // kept each for itself, a hundred
  socket.destroy()
  await letGo()
})

test('a progress token is said again with every progress, and so has a bound', async () => {
  const params = `"name":"steps",${meta(`,"progressToken":${JSON.stringify('p'.repeat(3_900_000))}`)}`
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params}}}`
  const { text } = await post(mcp, body, headersFor('tools/call', 'steps'))
  assert.match(text, /A progressToken has at most 1024 characters/)
  assert.ok(text.length < 1000)
})

test('fifty readers who take up a stream of four megabytes and read nothing: beyond the bound 503 with Retry-After', async () => {
  const { headers } = await session()
  const first = await post(mcp, '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"large"}}', {
    ...headers,
    accept: 'text/event-stream',
  })
  const id = /^id: (\S+)$/m.exec(first.text)![1]!
  const sessions = [headers]
  for (let n = 1; n < FIFTY; n++) {
    const more = (await session()).headers
    await post(mcp, '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"large"}}', {
      ...more,
      accept: 'text/event-stream',
    })
    sessions.push(more)
  }
  const readers: http.ClientRequest[] = []
  const statuses: number[] = []
  for (let n = 0; n < 2 * FIFTY; n++) {
    const sent = http.get(mcp, {
      agent: false,
      headers: { ...sessions[n % FIFTY], accept: 'text/event-stream', 'last-event-id': id },
    })
    readers.push(sent.on('error', () => {}))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.on('error', () => {}).pause()
    statuses.push(response.statusCode!)
  }
  assert.ok(
    statuses.every((status) => [200, 400, 503].includes(status)),
    statuses.join(),
  )
  assert.ok((await held()) - atFirst < 230 * MB)
  await isAlive()
  for (const reader of readers) reader.destroy()
  for (const each of sessions) await request('DELETE', mcp, each)
  await letGo()
})

test('fifty answers of sixteen megabytes that nobody reads: some are 503, the server lives, and all is given back', async () => {
  for (const accept of ['application/json', 'text/event-stream']) {
    const answers = []
    const statuses: number[] = []
    for (let n = 0; n < FIFTY; n++) {
      answers.push(open(callBody('huge', '{}'), { ...headersFor('tools/call', 'huge'), accept }))
      statuses.push(await answers[n]!.status)
    }
    assert.ok(statuses.includes(200) && statuses.includes(503), statuses.join())
    assert.ok((await held()) - atFirst < 200 * MB)
    await isAlive()
    for (const { close } of answers) close()
    await letGo()
  }
})

test('fifty HTTP+SSE readers who stop, with answers of four megabytes: the server lives', async () => {
  const clients = []
  for (let n = 0; n < FIFTY; n++) {
    const client = await connectHttpSse(url)
    client.pause()
    clients.push(client)
    for (let id = 1; id <= 3; id++)
      await client.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'large' } })
  }
  assert.ok((await held()) - atFirst < 230 * MB)
  await isAlive()
  for (const client of clients) client.destroy()
  await letGo()
})

test('ten thousand requests behind an open stream, on each of ten connections, are not kept', async () => {
  const one = 'GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Pad: pppppppppppppppppppppppppppp\r\n\r\n'
  const sockets: Socket[] = []
  for (let n = 0; n < 10; n++) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    socket.resume()
    socket.write(one.repeat(10_000)) // what is not read stays here
  }
  await isAlive()
  const each = ((await held()) - atFirst) / sockets.length
  assert.ok(each < 2 * MB, `each connection holds ${each / MB} MB`)
  for (const socket of sockets) socket.destroy()
  await letGo()
})

test('a thousand subscriptions to long URIs weigh what they may in all', async () => {
  const before = await held()
  const { headers } = await session()
  const listed: string[] = []
  for (let n = 0; n < 20; n++) listed.push(`test://${n}/${'x'.repeat(8_000)}`)
  const listen = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":${JSON.stringify(listed)}},${meta()}}}`
  const streams = []
  for (let n = 0; n < FIFTY; n++) {
    streams.push(open(listen, headersFor('subscriptions/listen')))
    assert.equal(await streams[n]!.status, 200)
  }
  const each = ((await held()) - before) / FIFTY
  assert.ok(each < 250_000, `each holds ${each} bytes`)
  for (const { close } of streams) close()
  await request('DELETE', mcp, headers)
  await letGo()
})
