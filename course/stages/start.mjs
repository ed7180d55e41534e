// Starts a server that is one file of JavaScript, as a process of its own: its port is in PORT, and it prints its URL.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { say } from '../say.mjs'

// It ends with whoever started it, and tells what it waits for: a timer that nobody needs, say.
const INSIDE = `process.on('message', () => process.send(process.getActiveResourcesInfo()))
process.channel.unref()
process.once('disconnect', () => process.exit())`

const START_MS = 30_000

/**
 * @param {string} file
 * @param {Record<string, string>} [env]
 */
export async function startServer(file, env = {}) {
  const args = [`--import=data:text/javascript,${encodeURIComponent(INSIDE)}`, file]
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc']
  const child = spawn(process.execPath, args, { env: { ...process.env, PORT: '0', ...env }, stdio })
  let output = ''
  let timer
  const url = await new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(
        new Error(
          `${output}\n${say('It printed no URL:', '它没有打印 URL：')} console.log('http://127.0.0.1:' + port)`.trim(),
        ),
      )
    const read = (text) => {
      output += text
      const found = /http:\/\/[\w.[\]]+:\d+/.exec(output)
      if (found) resolve(found[0])
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('close', giveUp).once('error', giveUp)
    timer = setTimeout(() => child.kill(), START_MS)
  }).finally(() => clearTimeout(timer))
  return {
    url,
    /** What it has written. */
    output: () => output,
    /** How many timers it has now. */
    async timers() {
      const answer = once(child, 'message')
      child.send('?')
      return (await answer)[0].filter((resource) => resource === 'Timeout').length
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
