// What clients live through whose connections break, and whose nodes are killed, at random times: each call ends in one
// outcome, nothing comes twice or out of order, and what a stream has in the end is what its client has seen of it.
// CUTS says how many connections are broken in all; every fiftieth time a node is killed as well, and started again.
// Needs: redis-server
// Runs once: what is tried is between nodes
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEvents, request, type Json, type OpenStream } from '../support/wire.ts'
import { spawnNode } from './spawned-node.ts'
import { initialize, inSession, startRedis } from './support.ts'

const CUTS = Number(process.env['CUTS'] ?? 60)
const CLIENTS = 5
const SEED = Number(process.env['SEED'] ?? 1)

let state = SEED
/** A number below `limit`, by the seed (xorshift32). */
function below(limit: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}

const redis = await startRedis()
const nodes = await Promise.all(['n1', 'n2', 'n3'].map((id) => spawnNode(redis.url, id)))
const urlOf = () => nodes[below(nodes.length)]!.url

let cuts = 0
let kills = 0
const outcomes = new Map<string, number>()
const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)

/** Kills a node, and starts another one in its place. */
async function kill(): Promise<void> {
  kills++
  const at = below(nodes.length)
  await nodes[at]!.kill()
  nodes[at] = await spawnNode(redis.url, `n${at + 1}`)
}

/** What a client has seen of one call. */
interface History {
  first: string
  last: string
  progress: number[]
  responses: Json[]
}

/** Reads a stream to its end, or for some events. */
async function read(stream: OpenStream, history: History, events: number): Promise<void> {
  for (let n = 0; n < events && history.responses.length === 0; n++) {
    const event = await stream.event().catch(() => undefined)
    if (!event) break
    history.first ||= event.lastEventId
    history.last = event.lastEventId
    if (event.data === '') continue
    const message = JSON.parse(event.data) as Json
    if (message.method) history.progress.push(message.params.progress)
    else history.responses.push(message)
  }
  stream.destroy()
}

/** One call, cut as often as it comes. Returns its one outcome. */
async function call(session: string, text: string): Promise<string> {
  const steps = 1 + below(6)
  const params = { name: 'works', arguments: { text, steps, ms: below(60) }, _meta: { progressToken: text } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: text, method: 'tools/call', params })
  const history: History = { first: '', last: '', progress: [], responses: [] }
  const headers = { ...inSession(session), 'content-type': 'application/json' }
  const stream = await openEvents(`${urlOf()}/mcp`, headers, body).catch(() => undefined)
  if (!stream) return 'no connection' // the client knows
  if (stream.status !== 200) return String(stream.status)
  await read(stream, history, below(3) === 0 ? Infinity : below(4))
  while (history.responses.length === 0) {
    cuts++
    if (history.last === '') return 'cut before the first event'
    if (cuts % 50 === 0) await kill()
    const again = await openEvents(`${urlOf()}/mcp`, inSession(session, { 'last-event-id': history.last })).catch(
      () => undefined,
    )
    if (!again) continue // that node is down: another one
    if (again.status === 503) continue
    if (again.status !== 200) return `resumed: ${again.status}`
    await read(again, history, below(2) === 0 ? Infinity : 1 + below(3))
  }
  assert.equal(history.responses.length, 1)
  const [{ id, result, error }] = history.responses as [Json]
  assert.equal(id, text)
  assert.deepEqual(
    history.progress,
    history.progress.toSorted((a, b) => a - b),
    'in order',
  )
  assert.equal(new Set(history.progress).size, history.progress.length, 'each once')
  if (result) assert.equal(history.progress.length, steps, 'all of it')
  await checkLog(session, history)
  return result ? 'answered' : error.data.reason
}

/** The stream as any node has it now is the one that the client has seen. */
async function checkLog(session: string, { first, progress, responses }: History): Promise<void> {
  const start = first.replace(/\.\d+$/, '.0')
  const whole = await request('GET', `${urlOf()}/mcp`, inSession(session, { 'last-event-id': start })).catch(
    () => undefined,
  )
  if (whole?.status !== 200) return // a node that is down, or an event that the engine never had
  const messages = [...whole.text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as Json)
  assert.deepEqual(
    messages.filter(({ id }) => id !== undefined),
    responses,
  )
  assert.deepEqual(
    messages.flatMap(({ params }) => params?.progress ?? []),
    progress,
  )
}

test(
  `of calls that are cut ${CUTS} times each has one outcome, in order, and never two`,
  { timeout: 3_600_000 },
  async (t) => {
    let calls = 0
    const client = async (number: number): Promise<void> => {
      while (cuts < CUTS) {
        const session = await initialize(urlOf()).catch(() => undefined)
        if (session === undefined) continue
        for (let n = 0; n < 10 && cuts < CUTS; n++) note(await call(session, `${number}.${++calls}`))
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
    t.diagnostic(`${calls} calls, ${cuts} cuts, ${kills} kills: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    assert.ok((outcomes.get('answered') ?? 0) > calls / 4)
    const known = /^(answered|node lost|no connection|cut before the first event|resumed: 40[04]|40[04]|503)$/
    for (const outcome of outcomes.keys()) assert.match(outcome, known)
  },
)
