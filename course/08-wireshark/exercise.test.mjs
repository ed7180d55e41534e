import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { test } from '../named.mjs'
import { tshark } from '../../scripts/parts.mjs'
import { packetsOf } from '../pcap.mjs'
import { record } from './record.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { filters } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const NOT_HERE = say(
  'tshark is not here, and nothing but tshark can judge a filter: npm run setup says how to get it.',
  '这里没有 tshark，而过滤器只有 tshark 能判。npm run setup 会告诉你怎么装。',
)
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-lesson-8-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** One recording was made in advance, and one is made now: what is chance in the one is different in the other. */
const recordings = tshark() ? await read() : []

async function read() {
  const fresh = join(folder, 'fresh.pcap')
  writeFileSync(fresh, await record())
  const shipped = fileURLToPath(new URL('session.pcap', import.meta.url))
  const both = [
    ['session.pcap', shipped],
    [say('a recording made just now', '刚刚录的一段'), fresh],
  ]
  return both.map(([name, path]) => ({ name, path, packets: packetsIn(path) }))
}

async function fields(path, ...args) {
  const { stdout } = await run(tshark(), ['-n', '-r', path, ...args], { maxBuffer: 2 ** 26 })
  return stdout.split(/\r?\n/).filter((line) => line !== '')
}

/** Each packet as it is, without any dissector of HTTP: what a filter should find is looked up in the bytes. */
function packetsIn(path) {
  return packetsOf(readFileSync(path)).map(({ flags, data }, at) => {
    const text = data.toString()
    const [head, body] = text.split('\r\n\r\n')
    const message = head.startsWith('POST ') ? JSON.parse(body) : undefined
    return { number: String(at + 1), flags, text, head, body, message }
  })
}

/** A packet in a line: its number, and what it begins with. */
function opening({ number, flags, text }) {
  const first = text.split('\r\n').slice(0, 2).join(' ')
  const bits = `0x${flags.toString(16)}`
  const begins = JSON.stringify(first.slice(0, 60))
  return first === ''
    ? say(`packet ${number}, no data, TCP flags ${bits}`, `第 ${number} 个包，没有数据，TCP flags ${bits}`)
    : say(`packet ${number}, ${begins}`, `第 ${number} 个包，${begins}`)
}

/** What each question asks for. */
const WANTED = {
  opens: ({ text }) => text.startsWith('GET /sse '),
  posts: ({ message }) => message !== undefined,
  received: ({ text }) => text.startsWith('HTTP/1.1 202 '),
  stream: ({ head }) => head.startsWith('HTTP/1.1 200 ') && head.includes('text/event-stream'),
  endpoint: ({ text }) => /^event: endpoint$/m.test(text),
  messages: ({ text }) => /^event: message$/m.test(text),
  notification: ({ message }) => message !== undefined && message.id === undefined,
  calls: ({ message }) => message?.method === 'tools/call',
  short: ({ message, body }) => message !== undefined && Buffer.byteLength(body) < 100,
  connections: ({ flags }) => (flags & 0x12) === 0x02, // SYN without ACK
}

/**
 * The packets that each filter selects in a recording. To start tshark takes longer than to filter, so one run counts for
 * all filters: what each selects, and how much of that is wanted. Where both are as many as wanted, it is the same packets.
 */
async function selections({ path, packets }) {
  const selected = new Map()
  const wanted = (question) => packets.filter(WANTED[question]).map(({ number }) => number)
  const together = Object.keys(WANTED).filter((question) => filters[question] && !filters[question].includes(','))
  const both = together.flatMap((question) => {
    const numbers = wanted(question).map((number) => `frame.number == ${number}`)
    return [filters[question], `(${filters[question]}) && (${numbers.join(' || ')})`]
  })
  const counts = both.length > 0 ? await count(path, both).catch(() => []) : []
  for (const question of Object.keys(WANTED)) {
    const at = 2 * together.indexOf(question)
    const isSame = [counts[at], counts[at + 1]].every((number) => number === wanted(question).length)
    selected.set(question, isSame ? wanted(question) : undefined)
  }
  return selected
}

/** How many packets each of the filters selects. */
async function count(path, several) {
  const { stdout } = await run(tshark(), ['-n', '-q', '-r', path, '-z', `io,stat,0,${several.join(',')}`])
  const row = stdout.split('\n').find((line) => line.includes('<>'))
  return Array.from(row.matchAll(/\| +(\d+) \| +\d+ /g), ([, frames]) => Number(frames))
}

const all = await Promise.all(recordings.map(selections))

/** Whether the filter selects, in both recordings, what it should. */
async function selects(question) {
  assert.ok(tshark(), NOT_HERE)
  const filter = filters[question]
  assert.ok(filter, say(`${question}: no filter yet`, `${question}：还没有写过滤器`))
  for (const [at, { name, path, packets }] of recordings.entries()) {
    const wanted = packets.filter(WANTED[question]).map(({ number }) => number)
    assert.ok(wanted.length > 0, say(`${question}: ${name} has such packets`, `${question}：${name} 里有这样的包`))
    const got =
      all[at].get(question) ?? (await fields(path, '-Y', filter, '-T', 'fields', '-e', 'frame.number').catch(refused))
    const list = (sign, numbers, others) =>
      packets
        .filter(({ number }) => numbers.includes(number) && !others.includes(number))
        .map((one) => sign + opening(one))
    const wrong = [
      ...list(say('  selected, and not asked for: ', '  选中了，却不该选：'), got, wanted),
      ...list(say('  missing: ', '  漏掉了：'), wanted, got),
    ]
    const where = say(`${question}: ${filter} in ${name}`, `${question}：${filter}，在 ${name} 里`)
    assert.ok(wrong.length === 0, `${where}\n${wrong.join('\n')}`)
  }
  function refused({ stderr }) {
    assert.fail(
      `${say(`${question}: tshark does not understand ${filter}`, `${question}：tshark 看不懂 ${filter}`)}\n${stderr.trim()}`,
    )
  }
}

test('1, 2: the requests', '1、2：请求', async () => {
  await Promise.all([selects('opens'), selects('posts')])
})

test('3, 4: the responses, also the one that Wireshark hides', '3、4：响应，包括 Wireshark 藏起来的那个', async () => {
  await Promise.all([selects('received'), selects('stream')])
})

test('5, 6: the events', '5、6：事件', async () => {
  await Promise.all([selects('endpoint'), selects('messages')])
})

test('7, 8: the messages of the client', '7、8：客户端的消息', async () => {
  await Promise.all([selects('notification'), selects('calls')])
})

test('9, 10: lengths and connections', '9、10：长度和连接', async () => {
  await Promise.all([selects('short'), selects('connections')])
})
