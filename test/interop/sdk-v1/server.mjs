// What the real clients talk to: the product as a process of its own, and a server with tools that misbehave on demand.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'

// DIST names another build, to see these tests fail on a broken one.
const DIST = process.env.DIST ? pathToFileURL(`${process.env.DIST}/`) : new URL('../../../dist/', import.meta.url)
export const { definePrompt, defineResource, defineResourceTemplate, defineTool, serve, ToolError } = await import(
  new URL('index.js', DIST)
)

/**
 * Starts a Node program and waits until its output matches, two minutes at most. `close` ends it, by its own process id.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {RegExp} ready
 * @param {string} [node] another Node than the one that runs the tests
 */
export async function startProgram(args, env, ready, node = process.execPath) {
  const child = spawn(node, args, { env: { ...process.env, ...env } })
  const tooLate = setTimeout(() => child.kill(), 120_000)
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

/**
 * Runs a Node program to its end.
 *
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, node?: string }} [options] node: another than the one that runs the tests
 */
export async function runProgram(args, { env = {}, node = process.execPath } = {}) {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
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

/** For programs that say their port only as they were told it, so that 0 would not do. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(String(port)))
    })
  })
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
 * gave (`run`), what was requested over HTTP (`requests`, `nextRequest`), and a way to cut the open streams (`cut`).
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
    resources: [NOTE],
    resourceTemplates: [GREETING],
    prompts: [POEM],
    listChanged: true,
    port: 0,
    log: (entry) => void log.push(entry),
  })

  /** @type {import('node:http').IncomingMessage[]} */
  const requests = []
  /** @type {{ test: (request: any) => boolean, resolve: (request: any) => void }[]} */
  const waiting = []
  running.server.on('request', (request) => {
    requests.push(request)
    for (const wait of waiting.filter(({ test }) => test(request))) {
      waiting.splice(waiting.indexOf(wait), 1)
      wait.resolve(request)
    }
  })
  return {
    url: running.url,
    close: () => running.close(),
    run,
    log,
    requests,
    nextRequest: (/** @type {(request: any) => boolean} */ test) =>
      new Promise((resolve) => waiting.push({ test, resolve })),
    changes: running.changes,
    /** Cuts the connections of all requests so far that have this method. */
    cut(verb = 'GET') {
      for (const { method, socket } of requests) if (method === verb) socket.destroy()
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

const NOTE = defineResource({
  uri: 'memo://note',
  name: 'note',
  mimeType: 'text/plain',
  read: () => 'Buy milk.',
})

const GREETING = defineResourceTemplate({
  uriTemplate: 'memo://greeting/{name}',
  name: 'greeting',
  complete: { name: (value) => ['Ada', 'Alan', 'Grace'].filter((name) => name.startsWith(value)) },
  read: ({ name }) => `Hello, ${name}.`,
})

const POEM = definePrompt({
  name: 'poem',
  description: 'Asks for a poem',
  arguments: [{ name: 'about', required: true }],
  get: ({ about }) => `Write a poem about ${about}.`,
})

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
      description: 'Says that it has begun, and returns what the test releases it with',
      inputSchema: KEY,
      run({ key }, { signal, progress }) {
        observe(key, signal)
        progress(1, 2, 'begun')
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
