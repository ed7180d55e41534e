// What is left behind: memory and descriptors after sessions, streams and bodies have come and gone (T-60, T-61).
import { readdirSync, readFileSync } from 'node:fs'
import { call, handshake, modern, openSse, openStream, request, requestBytes, rpc } from './client.mjs'
import { expect, expectSame, expectStatus } from './expect.mjs'
import { connect, delay, soon } from './socket.mjs'
import { withServer } from './start.mjs'

export const inOrder = true
export const needs = 'pid'

const MIB = 2 ** 20
const ALLOWED = 12 * MIB

const memoryOf = ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
const openFiles = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length

/** Memory once it has stopped falling: a collector may be late. Small requests keep it going. */
async function settled(server) {
  let least = Infinity
  for (let calm = 0; calm < 4;) {
    for (let round = 0; round < 20; round++) await request(server, 'GET', '/health')
    await delay(100)
    const now = memoryOf(server)
    calm = now < least - MIB / 2 ? 0 : calm + 1
    least = Math.min(least, now)
  }
  return least
}

/** Looks at a fresh process where it can: what other cases have left in the heap is not what is asked here. */
const fresh = (run) => (main) => (main.start ? withServer({}, run)(main) : run(main))

/**
 * Does something again and again: after three rounds at the latest, one leaves no more behind than 12 MiB. What is never
 * freed grows with every round; a heap that is young, or whose collector is late, with the first ones only.
 */
async function standsStill(server, round) {
  const grown = []
  let before = await settled(server)
  do {
    await round()
    let after = await settled(server)
    for (let looks = 0; looks < 6 && after - before > ALLOWED; looks++) after = await settled(server)
    grown.push(after - before)
    before = after
  } while (grown.at(-1) > ALLOWED && grown.length < 3)
  const seen = grown.map((bytes) => `${(bytes / MIB).toFixed(1)} MiB`).join(', then ')
  expect(grown.at(-1) <= ALLOWED, 'at most 12 MiB more in one of three rounds', seen)
}

/** After 3,500 times, 2,000 more leave neither memory nor descriptors behind. */
const leavesNothing = (step) =>
  fresh(async (server) => {
    const many = async (count) => {
      let left = count
      const lane = async () => {
        const client = connect(server)
        while (left-- > 0) await step(server, client)
        client.destroy()
      }
      await Promise.all(Array.from({ length: 10 }, lane))
    }
    await many(3500)
    const files = openFiles(server)
    await standsStill(server, () => many(2000))
    await soon(() => openFiles(server) <= files + 3, `at most ${files + 3} descriptors`)
  })

const ask = async (server, client, method, target, headers, body) => {
  client.send(requestBytes(server, method, target, headers, body === undefined ? undefined : JSON.stringify(body)))
  return client.answer()
}

async function open(server, client) {
  const { headers } = expectStatus(await ask(server, client, 'POST', '/mcp', {}, handshake()), 200)
  const session = { 'Mcp-Session-Id': headers['mcp-session-id'] }
  expectStatus(await ask(server, client, 'POST', '/mcp', session, call({ type: 'topstories', amount: 1 })), 200)
  return session
}

export const cases = [
  [
    'T-60 sessions that are ended by the thousand',
    leavesNothing(async (server, client) => {
      expectStatus(await ask(server, client, 'DELETE', '/mcp', await open(server, client)), 200, 204)
    }),
  ],
  [
    'T-60 streams of HTTP+SSE that are left by the thousand',
    leavesNothing(async (server) => {
      const sse = await openSse(server)
      expectSame((await sse.call(rpc('ping'))).id, 1)
      sse.connection.reset()
    }),
  ],
  [
    'T-60 answers by streams that are left by the thousand',
    leavesNothing(async (server) => {
      const { headers, body } = modern('tools/call', call({ type: 'topstories', amount: 5 }).params)
      const stream = await openStream(
        server,
        'POST',
        '/mcp',
        { ...headers, Accept: 'text/event-stream' },
        JSON.stringify(body),
      )
      stream.connection.reset()
    }),
  ],
  [
    'T-60 subscriptions that are left by the thousand',
    leavesNothing(async (server) => {
      const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
      const stream = await openStream(server, 'POST', '/mcp', headers, JSON.stringify(body))
      await stream.block()
      stream.connection.reset()
    }),
  ],
  [
    'T-60 refused requests by the thousand',
    leavesNothing(async (server, client) => {
      expectStatus(
        await ask(server, client, 'POST', '/mcp', { Origin: `http://x${Math.random()}.example` }, handshake()),
        403,
      )
      expectStatus(
        await ask(server, client, 'POST', '/mcp', { 'Mcp-Session-Id': `x${Math.random()}` }, rpc('ping')),
        404,
      )
    }),
  ],
  [
    'T-60 sessions that nobody ends are bounded: 3,000, then 4,000 more',
    fresh(async (server) => {
      const many = async (count) => {
        const client = connect(server)
        for (let round = 0; round < count; round++) await open(server, client)
        client.destroy()
      }
      await many(3000)
      await standsStill(server, () => many(4000))
    }),
  ],
  [
    'T-7 twenty bodies without end cost less than 120 MiB at once',
    fresh(async (server) => {
      const before = await settled(server)
      let most = 0
      const chunk = `${MIB.toString(16)}\r\n${' '.repeat(MIB)}\r\n`
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const client = connect(server)
          client.send(
            requestBytes(server, 'POST', '/mcp', {
              'Content-Type': 'application/json',
              'Transfer-Encoding': 'chunked',
            }),
          )
          for (let sent = 0; sent < 32 && !client.isOver(); sent++) {
            const written = new Promise((resolve) => client.socket.write(chunk, resolve))
            await Promise.race([written, client.until(() => client.isOver() || undefined)])
            most = Math.max(most, memoryOf(server))
          }
          expect(await client.closes(), 'the end', 'an open connection')
          client.destroy()
        }),
      )
      expect(most - before < 120 * MIB, 'less than 120 MiB', `${((most - before) / MIB).toFixed(0)} MiB`)
    }),
  ],
]
