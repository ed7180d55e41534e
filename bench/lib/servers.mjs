// Starts the servers and the load, each on its core, and ends them by their own process ids.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isRival } from '../contestants.mjs'
import { onCore } from './machine.mjs'
import { rotated } from './figures.mjs'

const BENCH = new URL('..', import.meta.url)
const pathOf = (file) => fileURLToPath(new URL(file, BENCH))
const PROBE = `--import=${new URL('lib/probe.mjs', BENCH).href}`

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

export function launch(role, args, { env = {}, ipc = false } = {}) {
  const [command, all] = onCore(role, args)
  const stderr = process.env.BENCH_STDERR ? 'inherit' : 'ignore' // what a server complains of, to look into a failure
  const child = spawn(command, all, {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', ...env }, // nothing loaded beside the server
    stdio: ['ignore', 'ignore', stderr, ...(ipc ? ['ipc'] : [])],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function listening(name, port, child) {
  const end = performance.now() + 15_000
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    if (performance.now() > end) throw new Error(`${name} does not listen`)
    await sleep(5)
  }
}

const isListening = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/**
 * @param {{name: string, file: string, env?: Record<string, string>}} contestant its file is a path under bench/
 * @param {{probe?: boolean, ipc?: boolean, wait?: boolean}} [options] wait: until it listens
 */
export async function start({ name, file, env, transport }, { probe = false, ipc = probe, wait = true } = {}) {
  const port = await freePort()
  const args = [...(probe ? [PROBE] : []), pathOf(file)]
  const begun = performance.now()
  const child = launch('server', args, { env: { ...env, PORT: String(port), HOST: '127.0.0.1' }, ipc })
  if (wait) await listening(name, port, child)
  const ask = async (question) => {
    child.send(question)
    return (await once(child, 'message'))[0]
  }
  return { name, transport, port, pid: child.pid, begun, ask, windows: [], stop: () => stop(child) }
}

/**
 * Some processes of each contestant, all running at once. Where the memory of a process lies decides about a quarter of
 * its speed on a virtual machine, and who starts first gets the best: so the order of the starts rotates.
 */
export async function startField(contestants, processes, { rivalProcesses = processes, ...options } = {}) {
  const field = []
  for (let n = 0; n < processes; n++)
    for (const contestant of rotated(contestants, n))
      if (n < rivalProcesses || !isRival(contestant)) field.push(await start(contestant, options))
  field.forEach((one, index) => (one.key = `${one.name} ${index}`))
  return field
}

export const stopField = (field) => Promise.all(field.map((one) => one.stop()))

/** @returns {((deed: string, settings: object) => Promise<any>) & {end: () => Promise<void>}} */
export function startLoad() {
  const child = launch('load', ['--max-semi-space-size=64', pathOf('lib/load.mjs')], { ipc: true })
  const waiting = new Map()
  let number = 0
  child.on('message', ({ number, result, error }) => {
    const { resolve, reject } = waiting.get(number)
    waiting.delete(number)
    if (error) reject(new Error(error))
    else resolve(result)
  })
  child.once('exit', () => waiting.forEach(({ reject }) => reject(new Error('the load process ended'))))
  const load = (deed, settings) =>
    new Promise((resolve, reject) => {
      waiting.set(++number, { resolve, reject })
      child.send({ number, deed, settings })
    })
  return Object.assign(load, { end: () => stop(child) })
}
