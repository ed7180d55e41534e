// Servers of our own: the program under attack with other settings, and a slow stand-in for Hacker News behind it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * A function that starts `program` with further environment variables and resolves once it has printed its URL.
 * `exited` is fulfilled with [code, signal]; `end()` kills.
 */
export const starter =
  (program) =>
  async (env = {}) => {
    await turn()
    try {
      return await start(program, env)
    } finally {
      done()
    }
  }

// A few at a time: a start keeps a core busy, and cases that measure time run meanwhile.
let free = 2
const waiting = []
const turn = () => (free > 0 ? void free-- : new Promise((resolve) => waiting.push(resolve)))
const done = () => (waiting.shift() ?? (() => free++))()

async function start(program, env) {
  const child = spawn(process.execPath, [program], {
    // Without what the tests' own process is started with: a note-taker in it would be measured as the server's memory.
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', HN_SOURCE: 'snapshot', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'close')
  let output = ''
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text))
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  let url
  while (!(url = /http:\/\/[^\s/]+(?=[/\s])/.exec(output)?.[0])) {
    const more = await Promise.race([once(child.stdout, 'data'), exited])
    if (more.length === 2) throw new Error(`the server did not start: ${log}`)
  }
  const { hostname, port } = new URL(url)
  return {
    url,
    host: hostname,
    port: Number(port),
    pid: child.pid,
    exited,
    kill: (signal) => child.kill(signal),
    log: () => log,
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs `use` with a server of its own, which is ended whatever happens. */
export const withServer = (env, use) => async (main) => {
  const server = await main.start(env)
  try {
    await use(server)
  } finally {
    await server.end()
  }
}

/** The same with a Hacker News behind it that answers when it is told to: `upstream.open()`. */
export const withSlowTool = (env, use) => async (main) => {
  let open = () => {}
  const opened = new Promise((resolve) => (open = resolve))
  const upstream = { open, asked: 0, aborted: 0 }
  const http = createServer(async (request, response) => {
    upstream.asked++
    response.once('close', () => void (response.writableFinished || upstream.aborted++))
    await opened
    const id = Number(/item\/(\d+)/.exec(request.url)?.[1])
    const story = { id, type: 'story', title: `Story ${id}`, by: 'a', time: 1, score: 1, url: 'http://a.example/' }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(id ? story : [1, 2, 3]))
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const more = { HN_SOURCE: 'live', HN_BASE_URL: `http://127.0.0.1:${http.address().port}`, ...env }
  try {
    await withServer(more, (server) => use(server, upstream))(main)
  } finally {
    http.close()
    http.closeAllConnections()
  }
}
