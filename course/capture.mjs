// npm run capture [folder] [tap] [zh|en]: plays the transcript of 2024-11-05 against the built server, records it on
// the loopback interface, and prints who said what, when, on which TCP connection.
// dumpcap records where it is installed and allowed to; else, or with the word tap, a proxy in between does.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { readChunk } from '../test/support/chunks.mjs'
import { play, readTranscript } from '../test/transcripts/replay.mjs'
import { ensureBuilt } from '../scripts/build.mjs'
import { ROOT, tshark } from '../scripts/parts.mjs'

const TEXT = {
  en: {
    noServer: 'capture: the server did not start.',
    dumpcap: (name, port) => `Recorded by dumpcap on the interface ${name}; the server has port ${port}.`,
    tap: (why) => `Recorded by a TCP tap of its own: a proxy between client and server (${why}).`,
    asked: 'as asked for',
    missing: 'tshark and dumpcap are not installed: npm run setup',
    noLoopback: 'dumpcap lists no loopback interface: it has no permission, or Npcap lacks its loopback adapter',
    lost: (got, of) => `capture: only ${got} of ${of} bytes have arrived in the file after 20 seconds.`,
    columns: 'ms, TCP connection, > client or < server',
    look: 'Look at it again, and closer (docs/wireshark/README.md):',
  },
  zh: {
    noServer: 'capture：服务器没有启动。',
    dumpcap: (name, port) => `由 dumpcap 在接口 ${name} 上录制；服务器端口 ${port}。`,
    tap: (why) => `由脚本自带的 TCP 分接头录制，即客户端与服务器之间的一个代理（${why}）。`,
    asked: '按你的要求',
    missing: '没有安装 tshark 和 dumpcap：npm run setup',
    noLoopback: 'dumpcap 没有列出环回接口：没有权限，或者 Npcap 没装环回适配器',
    lost: (got, of) => `capture：等了 20 秒，文件里只有 ${of} 字节中的 ${got} 字节。`,
    columns: '毫秒、TCP 连接、> 客户端或 < 服务器',
    look: '再看一遍，看细一点（docs/wireshark/README.zh-CN.md）：',
  },
}
const TRANSCRIPT = join(ROOT, 'test', 'transcripts', '2024-11-05-http-sse.txt')
const ARRIVES_MS = 20_000

// npm keeps words that begin with a dash to itself, and PowerShell swallows `--`: plain words always arrive.
const words = process.argv.slice(2).map((word) => word.replace(/^--?(lang=|out=)?/, ''))
const lang = words.find((word) => word in TEXT) ?? systemLanguage()
const say = TEXT[lang]
const folder = words.find((word) => !['out', 'tap', 'en', 'zh'].includes(word))

ensureBuilt()
await capture()

async function capture() {
  const out = folder === undefined ? mkdtempSync(join(tmpdir(), 'sse-mcp-')) : resolve(folder)
  mkdirSync(out, { recursive: true })
  const server = await startServer()
  let recorder
  try {
    recorder = await startRecorder(server.port, out)
    const { connections } = await play(readTranscript(readFileSync(TRANSCRIPT, 'utf8')), recorder.port)
    const all = [...connections.values()]
    for (const connection of all.toReversed()) await connection.rest()
    const bytes = all.reduce((sum, { socket }) => sum + socket.bytesRead + socket.bytesWritten, 0)
    const text = [recorder.how, '', say.columns, ...conversation(await recorder.finish(bytes)), ''].join('\n')
    if (recorder.file.endsWith('.txt')) writeFileSync(recorder.file, text)
    console.log(`${text}\n${recorder.file}`)
    await recorder.stop()
    if (recorder.file.endsWith('.pcapng')) console.log(`\n${say.look}\n${commands(recorder).join('\n')}`)
  } finally {
    await recorder?.stop()
    await server.stop()
  }
}

async function startServer() {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', ALLOWED_HOSTS: '', HN_SOURCE: 'snapshot' }
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const text = await textUntil(child.stdout, /http:\/\/\S+\/sse/)
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1])
  if (Number.isNaN(port)) throw new Error(say.noServer)
  return { port, stop: () => end(child) }
}

/** What a child says until the pattern fits, or all it says. It may go on: nobody has to read it. */
function textUntil(stream, pattern) {
  return new Promise((done) => {
    let text = ''
    stream.setEncoding('utf8').on('data', (part) => {
      text += part
      if (pattern.test(text)) done(text)
    })
    stream.once('close', () => done(text))
  })
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function startRecorder(port, out) {
  if (words.includes('tap')) return startTap(port, out, say.asked)
  const program = tshark()
  const dumpcap = program && join(dirname(program), basename(program).replace('tshark', 'dumpcap'))
  if (!dumpcap || !existsSync(dumpcap)) return startTap(port, out, say.missing)
  const name = loopback(dumpcap)
  if (name === undefined) return startTap(port, out, say.noLoopback)

  const file = join(out, 'mcp.pcapng')
  const child = spawn(dumpcap, ['-i', name, '-f', `tcp port ${port}`, '-w', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const text = await textUntil(child.stderr, /File: /) // said once the interface is open and the filter set
  if (!text.includes('File: '))
    return startTap(port, out, /^dumpcap: (.*)/m.exec(text)?.[1] ?? text.trim().split('\n').at(-1))

  return {
    how: say.dumpcap(name, port),
    file,
    name,
    port,
    async finish(bytes) {
      const late = AbortSignal.timeout(ARRIVES_MS)
      let segments = readSegments(program, file, port)
      while (total(segments) < bytes && !late.aborted) {
        // dumpcap tells how many packets it has, each time after it has written them to the file.
        await once(child.stderr, 'data', { signal: late }).catch(() => {})
        segments = readSegments(program, file, port)
      }
      if (total(segments) < bytes) throw new Error(say.lost(total(segments), bytes))
      return segments
    },
    // SIGINT is how dumpcap is asked to end. Windows has none and just stops it, with all packets in the file by now.
    stop: () => end(child, 'SIGINT'),
  }
}

/** Linux says `lo (Loopback)`, macOS `lo0 (Loopback)`, Npcap `\Device\NPF_Loopback (Adapter for loopback …)`. */
function loopback(dumpcap) {
  const { stdout } = spawnSync(dumpcap, ['-D'], { encoding: 'utf8' })
  const lines = [...(stdout ?? '').matchAll(/^\d+\. (\S+)(.*)$/gm)]
  return lines.find(([, name, more]) => /^lo0?$|loopback/i.test(name) || /loopback/i.test(more))?.[1]
}

function readSegments(program, file, port) {
  const fields = ['frame.time_epoch', 'tcp.stream', 'tcp.srcport', 'tcp.payload']
  const args = ['-r', file, '-Y', 'tcp.len > 0', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const lines = (stdout ?? '').split('\n').filter((line) => line.split('\t').length === fields.length)
  return lines.map((line) => {
    const [seconds, connection, from, payload] = line.trim().split('\t')
    return {
      ms: Number(seconds) * 1000,
      connection: Number(connection),
      mark: Number(from) === port ? '<' : '>',
      bytes: Buffer.from(payload.replaceAll(':', ''), 'hex'),
    }
  })
}

function total(segments) {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

/** A proxy that passes all bytes on and notes them: needs no rights, and sees reads instead of TCP segments. */
async function startTap(port, out, why) {
  const segments = []
  const sockets = []
  let connections = 0
  const tap = net.createServer((client) => {
    const connection = connections++
    const server = net.connect(port, '127.0.0.1')
    sockets.push(client, server)
    for (const [from, to, mark] of [
      [client, server, '>'],
      [server, client, '<'],
    ]) {
      from.on('data', (bytes) => segments.push({ ms: performance.now(), connection, mark, bytes }))
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  await once(tap.listen(0, '127.0.0.1'), 'listening')
  return {
    how: say.tap(why),
    file: join(out, 'mcp.txt'),
    port: tap.address().port,
    finish: () => segments,
    stop() {
      for (const socket of sockets) socket.destroy()
      tap.close()
    },
  }
}

/** The segments as HTTP: a head, a body or a chunk is told when its last byte has come. */
function* conversation(segments) {
  const start = segments[0].ms
  const sides = new Map()
  for (const { ms, connection, mark, bytes } of segments) {
    const key = `${connection}${mark}`
    if (!sides.has(key)) sides.set(key, { unread: Buffer.alloc(0), next: head })
    const side = sides.get(key)
    side.unread = Buffer.concat([side.unread, bytes])
    for (let said = side.next(side); said; said = side.next(side)) {
      const label = `${(ms - start).toFixed(1).padStart(8)} ${String(connection).padStart(3)} ${mark} `
      const [first, ...lines] = said
      yield [label + first, ...lines.map((line) => (' '.repeat(label.length) + line).trimEnd())].join('\n')
    }
  }
}

function head(side) {
  const at = side.unread.indexOf('\r\n\r\n')
  if (at === -1) return undefined
  const lines = take(side, at + 4)
    .toString()
    .trimEnd()
    .split('\r\n')
  const length = Number(/\ncontent-length: (\d+)/i.exec(lines.join('\n'))?.[1] ?? 0)
  if (lines.some((line) => /^transfer-encoding: chunked/i.test(line))) side.next = chunk
  else if (length > 0) side.next = () => body(side, length)
  return lines
}

function body(side, length) {
  if (side.unread.length < length) return undefined
  side.next = head
  return [`body, ${length} bytes`, ...take(side, length).toString().split('\n')]
}

function chunk(side) {
  const found = readChunk(side.unread)
  if (!found?.isWhole) return undefined
  const { size, data, end } = found
  take(side, end)
  if (data.length === 0) side.next = head
  return [`chunk ${size}, ${data.length} bytes`, ...data.toString().replace(/\n$/, '').split('\n')]
}

function take(side, length) {
  const bytes = side.unread.subarray(0, length)
  side.unread = side.unread.subarray(length)
  return bytes
}

/** The commands of docs/wireshark that read a file, for this file and this port. */
function commands({ file, port }) {
  const text = readFileSync(join(ROOT, 'docs', 'wireshark', 'README.md'), 'utf8')
  const fences = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('')
  return fences
    .split('\n')
    .filter((line) => line.startsWith('tshark -r'))
    .map((line) => line.replaceAll('3000', port).replace('mcp.pcapng', () => `"${file}"`))
}

function systemLanguage() {
  const locale = process.env.LC_ALL || process.env.LANG || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh/i.test(locale) ? 'zh' : 'en'
}
