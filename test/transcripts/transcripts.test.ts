// The conversations of test/transcripts, a folder for each revision, replayed on bare sockets against a live server.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import {
  compare,
  connect,
  parts,
  play,
  readHead,
  readTranscript,
  requestText,
  serverOptions,
} from './replay.mjs'
import type { Connection, Got, Turn, Values } from './replay.mjs'
import { readChunks } from '../support/chunks.mjs'
import { start } from './server.ts'

const ROOT = new URL('./', import.meta.url)

/** The least number of transcripts, and of requests in them: who takes some away has to say so here. */
const LEAST = {
  '2024-11-05': [16, 187],
  '2025-03-26': [21, 269],
  '2025-06-18': [21, 273],
  '2025-11-25': [22, 279],
  '2026-07-28': [24, 264],
} as const

const transcripts = Object.keys(LEAST).flatMap((revision) =>
  readdirSync(new URL(`${revision}/`, ROOT))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => {
      const text = readFileSync(new URL(`${revision}/${file}`, ROOT), 'utf8')
      return { revision, file, turns: readTranscript(text), ...readHead(text) }
    }),
)

for (const { title, ids, turns } of transcripts)
  test(`${title} (${ids.join(', ')})`, async (t) => {
    let compared = 0
    await replay(t, turns, (turn, got, values) => {
      compare(turn, got, values)
      compared++
    })
    assert.equal(compared, turns.filter(isAnswer).length)
  })

test('each transcript has a title of its revision in two languages, and names what it shows', () => {
  for (const { revision, file, title, titleZh, ids, turns } of transcripts) {
    assert.ok(title.startsWith(`${revision}: `), file)
    assert.match(titleZh, new RegExp(`^${revision}：.`, 'u'), file)
    assert.ok(ids.length > 0 && turns.some(isAnswer), file)
  }
  assert.equal(new Set(transcripts.map(({ title }) => title)).size, transcripts.length)
})

test('what a transcript does not allow is noticed: each answer with another status, word or line', async (t) => {
  for (const { revision, file, turns } of transcripts.filter((each) => /^(errors|streams)\.txt$/.test(each.file)))
    await replay(t, turns, (turn, got, values) => {
      compare(turn, got, values)
      for (const lines of otherLines(turn))
        assert.throws(
          () => compare({ ...turn, lines }, got, { ...values }),
          assert.AssertionError,
          `${revision}/${file}:${turn.at} ${lines.join('\n')}`,
        )
    })
})

for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25'])
  test(`${revision}, R-SH-15, R-SH-17: a stream cut after any frame goes on where it was, once and in order`, async (t) => {
    const whole = await session(t, revision, (client) => client.call(0, Infinity))
    const primes = whole.length - 4 // what comes before three steps and a result

    for (let cut = 1; cut <= whole.length; cut++)
      await session(t, revision, async (client) => {
        // The work holds where the connection is cut: what is left has not been said yet.
        const step = cut - primes
        const seen = await client.call(step <= 3 ? step : 0, cut)
        const resumed = client.resume(seen.at(-1)!.id)
        await client.release()
        const all = [...seen, ...(await resumed)]
        assert.deepEqual(dataOf(all), dataOf(whole), `cut after ${cut}`)
        assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
        // And when all has been said: from each of its ids.
        for (const [at, { id }] of all.entries()) assert.deepEqual(await client.resume(id), all.slice(at + 1))
      })
  })

test('2025-11-25, R-SH-17: a stream cut after any byte goes on where it was, once and in order', (t) =>
  session(t, '2025-11-25', async (client) => {
    const whole = await client.bytes(Infinity)
    const events = dataOf(eventsOf(whole))
    assert.equal(events.length, 5)
    let [cut, lost] = [0, 0]
    const worker = async () => {
      while (cut < whole.length) {
        const bytes = await client.bytes(cut++)
        const seen = eventsOf(bytes)
        if (seen.length > 0)
          assert.deepEqual(dataOf([...seen, ...(await client.resume(seen.at(-1)!.id))]), events, bytes)
        else {
          // Nobody can come back who has not seen an id.
          assert.doesNotMatch(bytes, /\r\n\r\n[^]*\n\n/)
          lost++
        }
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    t.diagnostic(`${whole.length} cuts, ${lost} of them before the first id`)
    assert.ok(lost < whole.length / 2)
  }))

test('how many transcripts there are, and how many requests they make', (t) => {
  for (const [revision, [files, requests]] of Object.entries(LEAST)) {
    const own = transcripts.filter((each) => each.revision === revision)
    const made = own.flatMap(({ turns }) => turns.filter(({ mark }) => mark === '>')).length
    t.diagnostic(`${revision}: ${own.length} transcripts, ${made} exchanges`)
    assert.ok(own.length >= files && made >= requests, `${revision}: ${own.length} and ${made}`)
  }
})

function isAnswer({ mark }: Turn): boolean {
  return mark === '<' || mark === '~'
}

async function replay(t: TestContext, turns: readonly Turn[], see: (turn: Turn, got: Got, values: Values) => void) {
  const running = await start(serverOptions(turns))
  t.after(() => running.close())
  const port = Number(new URL(running.url).port)
  const played = await play(turns, port, see)
  t.after(() => [...played.connections.values()].forEach(({ socket }) => socket.destroy()))
  return { port, ...played }
}

/** The same answer, wrong in one place each time. */
function otherLines({ mark, lines }: Turn): string[][] {
  const text = lines.join('\n')
  const changed = [
    text.replace('"2.0"', '"2.1"'),
    text.replace(/"code":-\d+/, '"code":-1'),
    text.replace(/"id":(\d+)/, '"id":"$1"'),
    text.replace(/^HTTP\/1\.1 \d+/, 'HTTP/1.1 299'),
    mark === '~' ? `: more\n${text}` : text.replace('\n', '\nX-More: yes\n'),
  ]
  return changed.filter((each) => each !== text).map((each) => each.split('\n'))
}

interface SeenEvent {
  id: string
  data: string
}

/** A session in which `resumption.txt` of the revision is spoken as far as the handshake; then the client goes on. */
async function session<T>(t: TestContext, revision: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { turns } = transcripts.find((each) => each.revision === revision && each.file === 'resumption.txt')!
  const handshake = turns.slice(0, turns.findIndex(({ lines }) => lines[0] === 'HTTP/1.1 202 Accepted') + 1)
  const count = turns.find((turn) => turn.mark === '>' && parts(turn).body.includes('"name":"count"'))!
  const open: Connection[] = []
  const { port, values, usual } = await replay(t, handshake, compare)
  t.after(() => open.forEach(({ socket }) => socket.destroy()))

  async function say(line: string, more: string[], body: string): Promise<Connection> {
    const connection = await connect(port)
    open.push(connection)
    connection.write(requestText({ lines: [line, ...more, '', body], never: [] }, values, usual))
    return connection
  }
  const sayCount = (hold: number) => say('POST /mcp', [], parts(count).body.replace('"hold":1', `"hold":${hold}`))

  return work({
    async call(hold, cut) {
      const connection = await sayCount(hold)
      await connection.response()
      if (cut === Infinity) return (await connection.frames()).map(eventOf)
      const seen: SeenEvent[] = []
      while (seen.length < cut) seen.push(eventOf(await connection.frame()))
      connection.socket.destroy()
      return seen
    },
    async bytes(cut) {
      const connection = await connect(port)
      let got = ''
      const enough = new Promise<void>((resolve) => {
        connection.socket.on('data', (bytes) => {
          got += bytes.toString('latin1')
          if (got.length >= cut || got.endsWith('\r\n0\r\n\r\n')) resolve()
        })
        if (cut === 0) resolve()
      })
      connection.write(
        requestText(
          { lines: ['POST /mcp', '', parts(count).body.replace('"hold":1', '"hold":0')], never: [] },
          values,
          usual,
        ),
      )
      await enough
      connection.socket.destroy()
      return got.slice(0, cut)
    },
    async resume(id) {
      const connection = await say('GET /mcp', [`Last-Event-ID: ${id}`], '')
      const { lines } = await connection.response()
      assert.equal(lines[0], 'HTTP/1.1 200 OK', id)
      const events = (await connection.frames()).map(eventOf)
      connection.socket.destroy()
      return events
    },
    async release() {
      const connection = await say('POST /mcp', [], RELEASE)
      assert.equal((await connection.response()).lines[0], 'HTTP/1.1 200 OK')
    },
  })
}

/** What the client of a session does next. */
interface Client {
  /** Calls `count`, which holds after that step, and cuts the connection after so many frames, which it returns. */
  call(hold: number, cut: number): Promise<SeenEvent[]>
  /** The same after so many bytes. */
  bytes(cut: number): Promise<string>
  /** Comes back with an id, and returns all that is said until the stream ends. */
  resume(id: string): Promise<SeenEvent[]>
  release(): Promise<void>
}

const RELEASE = '{"jsonrpc":"2.0","id":"r","method":"tools/call","params":{"name":"release"}}'

function eventOf({ lines }: Got): SeenEvent {
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  return { id: field('id') ?? '', data: field('data') ?? '' }
}

const dataOf = (events: readonly SeenEvent[]) => events.map(({ data }) => data)

/** The whole events in the first bytes of a response, whose chunks may end anywhere. */
function eventsOf(bytes: string): SeenEvent[] {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return []
  const { chunks, partial } = readChunks(Buffer.from(bytes, 'latin1'), headEnd + 4)
  return Buffer.concat([...chunks, partial])
    .toString('latin1')
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => eventOf({ lines: frame.split('\n') }))
}
