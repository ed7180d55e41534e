// A node in a process of its own, which can be killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('kill-node.ts', import.meta.url))

export interface SpawnedNode {
  url: string
  /** Ends it at once. */
  kill(): Promise<void>
}

/** Starts one. It ends with the test file. Rejects where it ends before it listens. */
export async function spawnNode(redisUrl: string, nodeId: string, env: NodeJS.ProcessEnv = {}): Promise<SpawnedNode> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, redisUrl, nodeId], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  })
  const exit = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exit
  }
  after(kill)
  const ended = exit.then(([code]) => Promise.reject(new Error(`node ${nodeId} ended with ${code}`)))
  ended.catch(() => {})
  const [url] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  return { url, kill }
}
