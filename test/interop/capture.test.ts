// `npm run capture`: what it records, by a tap and by dumpcap, shows the wire facts of HTTP+SSE; and what
// docs/wireshark says about reading it is so.
// Needs: tshark
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const out = mkdtempSync(join(tmpdir(), 'sse-mcp-capture-'))
after(() => rmSync(out, { recursive: true, force: true }))

async function capture(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'course', 'capture.mjs'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  })
  let text = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part))
  const [code] = await once(child, 'close')
  assert.equal(code, 0, errors)
  return text
}

/** One thing that was said: when, on which connection, by whom. */
interface Said {
  ms: number
  connection: number
  mark: string
  lines: string[]
}

function conversation(text: string): Said[] {
  const said: Said[] = []
  for (const line of text.split('\n')) {
    const [, ms, connection, mark, first] = /^ *(\d+\.\d) +(\d+) ([<>]) (.*)$/.exec(line) ?? []
    if (mark) said.push({ ms: Number(ms), connection: Number(connection), mark, lines: [first!] })
    else if (line.startsWith('               ')) said.at(-1)!.lines.push(line.slice(15))
    else if (line === '' && said.length > 0) said.at(-1)!.lines.push('')
  }
  return said
}

/** R-SSE-1, -2, -3, -6: what the capture of 2025-04-15 shows, in order. */
function showsTheWireFacts(text: string) {
  const all = conversation(text)
  let at = 0
  /** The next thing that fits, after the one before. */
  const next = (mark: string, pattern: RegExp, connection?: number) => {
    const found = all.findIndex(
      (said, index) =>
        index >= at &&
        said.mark === mark &&
        (connection === undefined || said.connection === connection) &&
        pattern.test(said.lines.join('\n')),
    )
    assert.notEqual(found, -1, `${mark} ${pattern} on ${connection ?? 'any connection'}, in\n${text}`)
    at = found + 1
    return all[found]!
  }
  assert.deepEqual(
    all.map(({ ms }) => ms),
    all.map(({ ms }) => ms).toSorted((a, b) => a - b),
  )
  assert.equal(all[0]!.ms, 0)
  const get = next('>', /^GET \/sse HTTP\/1\.1\n/)
  assert.equal(get.connection, 0)
  const ok = next('<', /^HTTP\/1\.1 200 OK\n/, 0).lines
  for (const header of [
    'Content-Type: text/event-stream',
    'Cache-Control: no-cache, no-transform',
    'Connection: keep-alive',
    'Transfer-Encoding: chunked',
  ])
    assert.ok(ok.includes(header), header)
  // Two frames, in a chunk each or in one: how Node joins what is written in one turn differs from Node to Node.
  const endpoint = next('<', /^chunk (50|5d), .*\nevent: endpoint\ndata: \/messages\?sessionId=\S{36}\n/, 0)
  const path = endpoint.lines[2]!.slice('data: '.length)
  if (endpoint.lines[0] === 'chunk 50, 80 bytes') next('<', /^chunk d, 13 bytes\nretry: 1000\n/, 0)
  else assert.deepEqual([endpoint.lines[0], ...endpoint.lines.slice(3, 5)], ['chunk 5d, 93 bytes', '', 'retry: 1000'])
  for (const [bytes, id] of [
    [204, 0],
    [54, undefined],
    [85, 1],
    [166, 2],
  ]) {
    const head = next('>', /^POST /)
    assert.notEqual(head.connection, 0)
    assert.equal(head.lines[0], `POST ${path} HTTP/1.1`)
    assert.ok(head.lines.includes(`content-length: ${bytes}`))
    const body = next('>', new RegExp(`^body, ${bytes} bytes\n`), head.connection)
    assert.equal(Buffer.byteLength(body.lines[1]!), bytes)
    // The 202 and the frame are on two connections: neither has to be seen first.
    const asked = at
    next('<', /^HTTP\/1\.1 202 Accepted\n/, head.connection)
    next('<', /^body, 8 bytes\nAccepted(\n|$)/, head.connection)
    const accepted = at
    at = asked
    if (id !== undefined) next('<', new RegExp(`^chunk [0-9a-f]+, .*\nevent: message\ndata: .*"id":${id},`), 0)
    at = Math.max(at, accepted)
  }
  for (const { lines } of all.filter((said) => said.lines[0]!.startsWith('chunk'))) {
    const [, size, bytes] = /^chunk ([0-9a-f]+), (\d+) bytes$/.exec(lines[0]!)!
    assert.equal(Number.parseInt(size!, 16), Number(bytes))
    const frames = lines.slice(1).join('\n').trimEnd()
    assert.equal(Buffer.byteLength(`${frames}\n\n`), Number(bytes))
  }
  // Five connections, and what the server says on one of a POST is its 202.
  assert.deepEqual([...new Set(all.map((said) => said.connection))].toSorted(), [0, 1, 2, 3, 4])
  for (const said of all.filter(({ connection, mark }) => mark === '<' && connection > 0))
    assert.match(said.lines[0]!, /^(HTTP\/1\.1 202 Accepted|body, 8 bytes)$/)
}

test('the tap needs no rights: it says that it is one, shows the wire facts, and writes them as text', async () => {
  const folder = join(out, 'tap')
  const text = await capture(['--tap', '--out', folder, '--lang=en'])
  assert.match(text, /^Recorded by a TCP tap of its own: .* \(as asked for\)\.\n/)
  showsTheWireFacts(text)
  assert.deepEqual(readdirSync(folder), ['mcp.txt'])
  assert.ok(text.startsWith(readFileSync(join(folder, 'mcp.txt'), 'utf8')))
})

test('words work without dashes, and it speaks Chinese', async () => {
  const folder = join(out, 'words')
  const text = await capture(['tap', folder, 'zh'])
  assert.match(text, /^由脚本自带的 TCP 分接头录制/)
  showsTheWireFacts(text)
  assert.ok(existsSync(join(folder, 'mcp.txt')))
})

/** A folder with programs that are called dumpcap and tshark, to be the whole PATH. */
function fakes(name: string, dumpcap: string): string {
  const folder = join(out, name)
  mkdirSync(folder)
  for (const [program, code] of [
    ['dumpcap', dumpcap],
    ['tshark', ''],
  ])
    writeFileSync(join(folder, program!), `#!${process.execPath}\n${code}\n`, { mode: 0o755 })
  return folder
}

const DENIED = `
if (process.argv[2] === '-D') console.log('1. eth0\\n2. lo (Loopback)')
else {
  console.error("Capturing on 'Loopback: lo'\\ndumpcap: You do not have permission to capture on device \\"lo\\".\\n(socket: Operation not permitted)")
  process.exitCode = 1
}`

for (const [why, dumpcap, says] of [
  ['may not record', DENIED, 'You do not have permission to capture on device "lo".'],
  ['sees no loopback interface', `console.log('1. eth0')`, 'dumpcap lists no loopback interface'],
] as const)
  test(
    `where dumpcap ${why}, the tap stands in, and the output says so`,
    { skip: process.platform === 'win32' && 'Windows has no #! line' },
    async () => {
      const PATH = fakes(why.replaceAll(' ', '-'), dumpcap)
      const text = await capture([join(PATH, 'out'), 'en'], { PATH })
      assert.ok(text.startsWith('Recorded by a TCP tap of its own'), text)
      assert.ok(text.split('\n')[0]!.includes(says), text)
      showsTheWireFacts(text)
    },
  )

test('it is recorded by dumpcap where that is installed and allowed, else by the tap; either way the facts show', async (t) => {
  const { text, file } = await recording()
  showsTheWireFacts(text)
  const [how] = text.split('\n')
  t.diagnostic(how!)
  if (file) assert.match(how!, /^Recorded by dumpcap on the interface \S+; the server has port \d+\.$/)
  else assert.match(how!, /^Recorded by a TCP tap of its own: .*\(.+\)\.$/)
})

let recorded: Promise<{ text: string; file: string | undefined }> | undefined
function recording() {
  const folder = join(out, 'recording')
  const file = join(folder, 'mcp.pcapng')
  recorded ??= capture(['--out', folder, '--lang=en']).then((text) => ({
    text,
    file: existsSync(file) ? file : undefined,
  }))
  return recorded
}

/** What each command of docs/wireshark must show of the recording; in the page's order. */
const SHOWS: [command: string, pattern: RegExp, never?: RegExp][] = [
  ['-Y http', /GET \/sse[^]*(POST \/messages[^]*202 Accepted[^]*){4}/, /200 OK/],
  ['-q -z conv,tcp', /(<->[^]*){5}/],
  ['-q -z follow,tcp,ascii,0', /GET \/sse[^]*HTTP\/1\.1 200 OK[^]*\n(50|5d)\r?\nevent: endpoint\n[^]*"id":2/],
  ['-q -z follow,tcp,ascii,1', /POST \/messages[^]*"initialize"[^]*HTTP\/1\.1 202 Accepted[^]*\nAccepted/],
  ['-Y http.request -T fields', /\|0\|GET\|\/sse\|\|.*\n.*\|POST\|.*\|204\|.*\n.*\|54\|.*\n.*\|85\|.*\n.*\|166\|./],
  [`-Y 'json.value.string == "tools/call"'`, /^[^\n]*POST \/messages[^\n]*\n$/],
  [`-Y 'http.response.code == 202'`, /^(\d\t202\t(Accepted|4163636570746564)\n){4}$/],
  ['-o http.desegment_body:FALSE -Y http', /GET \/sse[^]*200 OK[^]*(Continuation[^]*){4}/],
  [
    `-o http.desegment_body:FALSE -Y 'http.content_type contains "event-stream"'`,
    /200 OK[^]*Content-Type: text\/event-stream/,
  ],
  [`-q -z 'flow,tcp,standard,tcp.len>0'`, /(PSH, ACK - Len: \d+[^]*){13}/],
  [`-Y 'tcp.len > 0' -T fields`, /^(\d+\.\d+\t[0-4]\t\d+\t[1-9]\d*\n){13,}$/],
  ['-X lua_script:docs/wireshark/sse.lua -Y sse', /SSE endpoint \/messages\?[^\n]*\n(.*SSE message \{.*\n){3}$/],
  [
    `-X lua_script:docs/wireshark/sse.lua -Y 'http.request or sse'`,
    /\t0\tGET\t\t\n.*\t0\t\tendpoint\t\/messages.*\n.*\t1\tPOST\t\t\n[^]*\t0\t\tmessage\t\{.*"id":2/,
  ],
]

test('docs/wireshark: every command that reads the file works on the recording', async (t) => {
  const { text, file } = await recording()
  if (!file) return t.skip(text.split('\n')[0])
  if (process.platform === 'win32') return t.skip('cmd.exe knows no single quotes')
  const commands = text.split('\n').filter((line) => line.startsWith('tshark '))
  assert.equal(commands.length, SHOWS.length)
  for (const [at, command] of commands.entries()) {
    const [begin, pattern, never] = SHOWS[at]!
    assert.ok(command.startsWith(`tshark -r "${file}" ${begin}`), command)
    const { stdout, stderr, status } = spawnSync(command, { shell: true, cwd: ROOT, encoding: 'utf8' })
    // Refused in silence: then `sse` is a filter that nobody knows, and no error of the script is printed.
    const isRoot = process.getuid?.() === 0
    if (command.includes('lua_script') && isRoot && status !== 0 && !/lua/i.test(stderr)) {
      t.diagnostic(`tshark refuses Lua scripts to root here, so this was not tried: ${command}`)
      continue
    }
    assert.equal(status, 0, `${command}\n${stderr}`)
    assert.match(stdout, pattern, command)
    if (never) assert.doesNotMatch(stdout, never, command)
  }
})

test('docs/wireshark: both languages have the same headings, code, tables, lists, figures and links', () => {
  const [english, chinese] = ['README.md', 'README.zh-CN.md'].map((name) => read(`docs/wireshark/${name}`))
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])
  for (const pattern of [/^(#+) /gm, /^```[a-z]*\n([^]*?)^```/gm, /^\|/gm, /^(\d+\.|-) /gm, /^\*\*/gm])
    assert.deepEqual(all(chinese!, pattern), all(english!, pattern), String(pattern))
  for (const pattern of [/`[^`\n]+`/g, /\d+(?:\.\d+)*/g, /\]\(((?!README)[^)]+)\)/g])
    assert.deepEqual(all(chinese!, pattern).toSorted(), all(english!, pattern).toSorted(), String(pattern))
  for (const link of all(english! + chinese!, /\]\(([^)]+)\)/g))
    assert.ok(existsSync(join(ROOT, 'docs', 'wireshark', link)), link)
})
