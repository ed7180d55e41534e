// What the real clients talk to: the product as a process of its own, and a server with tools that misbehave on demand.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'

// DIST names another build, to see these tests fail on a broken one.
const DIST = process.env.DIST ? pathToFileURL(`${process.env.DIST}/`) : new URL('../../dist/', import.meta.url)
const { defineTool, serve, ToolError } = await import(new URL('index.js', DIST))

/**
 * Starts a Node program and waits until its output matches, 20 s at most. `close` ends it, by its own process id.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {RegExp} ready
 */
export async function startProgram(args, env, ready) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } })
  const tooLate = setTimeout(() => child.kill(), 20_000)
  let output = ''
  const match = await new Promise((resolve, reject) => {
    const read = (/** @type {string} */ text) => {
      output += text
      const found = ready.exec(output)
      if (found) resolve(found)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}:\n${output}`)))
  }).finally(() => clearTimeout(tooLate))
  return {
    match,
    output: () => output,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

/** Runs a Node program to its end. */
export async function runProgram(/** @type {string[]} */ args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** The product as its user starts it, on a free port, with the Hacker News of the snapshot. */
export async function startProduct() {
  const main = fileURLToPath(new URL('main.js', DIST))
  const { match, output, close } = await startProgram([main], { PORT: '0', HN_SOURCE: 'snapshot' }, /http:\/\/[^\s/]+/)
  return { url: match[0], output, close }
}

/** A promise with its ends in our hands. */
export function deferred() {
  /** @type {(value?: any) => void} */
  let resolve = () => {}
  const promise = new Promise((take) => (resolve = take))
  return { promise, resolve }
}

/**
 * A server in this process, so that a test sees both ends: what its tools went through, by the key that a call
 * gave (`run`), what was requested over HTTP (`requests`), and a way to cut the open streams (`cut`).
 */
export async function startFixture() {
  const runs = new Map()
  const run = (/** @type {string} */ key) => {
    if (!runs.has(key)) runs.set(key, { started: deferred(), stopped: deferred(), released: deferred() })
    return runs.get(key)
  }
  /** @type {{ reason: string, [detail: string]: unknown }[]} */
  const log = []
  const running = await serve({
    name: 'interop-fixture',
    version: '1.0.0',
    tools: createTools(run),
    port: 0,
    log: (entry) => void log.push(entry),
  })

  /** @type {import('node:http').IncomingMessage[]} */
  const requests = []
  running.server.on('request', (request) => requests.push(request))
  return {
    url: running.url,
    close: () => running.close(),
    run,
    log,
    requests,
    cut() {
      for (const { method, socket } of requests) if (method === 'GET') socket.destroy()
    },
  }
}

const KEY = { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] }

const QUESTIONS = {
  elicitation: {
    method: 'elicitation/create',
    params: {
      message: 'Which city?',
      requestedSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
  sampling: {
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text: 'Say hello.' } }], maxTokens: 16 },
  },
  roots: { method: 'roots/list' },
}

function createTools(run) {
  const observe = (/** @type {string} */ key, /** @type {AbortSignal} */ signal) => {
    signal.addEventListener('abort', () => run(key).stopped.resolve(signal.reason))
    run(key).started.resolve()
  }
  return [
    defineTool({
      name: 'echo',
      description: 'Returns the text after some turns of the event loop',
      inputSchema: {
        type: 'object',
        properties: { text: { type: 'string' }, turns: { type: 'integer', default: 0 } },
        required: ['text'],
        additionalProperties: false,
      },
      async run({ text, turns }) {
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
        return text
      },
    }),
    defineTool({
      name: 'wait',
      description: 'Returns what the test releases it with',
      inputSchema: KEY,
      run({ key }, { signal }) {
        observe(key, signal)
        return run(key).released.promise
      },
    }),
    defineTool({
      name: 'too-slow',
      description: 'Has 50 ms and never returns',
      timeoutMs: 50,
      inputSchema: KEY,
      run({ key }, { signal }) {
        observe(key, signal)
        return new Promise(() => {})
      },
    }),
    defineTool({
      name: 'count',
      description: 'Reports progress at every step, as fast as it can',
      inputSchema: { type: 'object', properties: { to: { type: 'integer' } }, required: ['to'] },
      run({ to }, { progress }) {
        for (let step = 1; step <= to; step++) progress(step, to, `step ${step}`)
        return `counted to ${to}`
      },
    }),
    defineTool({
      name: 'talk',
      description: 'Logs one message of each of four levels',
      inputSchema: { type: 'object' },
      run(_args, { log }) {
        for (const level of ['debug', 'info', 'warning', 'error']) log(level, `a message of ${level}`, 'talk')
        return 'said'
      },
    }),
    defineTool({
      name: 'ask',
      description: 'Asks its client, all questions at once, and returns the answers',
      inputSchema: {
        type: 'object',
        properties: { for: { type: 'array', items: { enum: Object.keys(QUESTIONS) } } },
        required: ['for'],
      },
      async run({ for: names }, { ask }) {
        return JSON.stringify(await ask(Object.fromEntries(names.map((name) => [name, QUESTIONS[name]]))))
      },
    }),
    defineTool({
      name: 'fail',
      description: 'Fails, on purpose or not',
      inputSchema: {
        type: 'object',
        properties: { how: { enum: ['on purpose', 'by accident'] } },
        required: ['how'],
      },
      run({ how }) {
        if (how === 'on purpose') throw new ToolError('No such city. Try Oslo.')
        throw new Error('secret: /etc/passwd')
      },
    }),
  ]
}
