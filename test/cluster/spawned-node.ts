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

/** Starts one. It ends with the test file. */
export async function spawnNode(redisUrl: string, nodeId: string): Promise<SpawnedNode> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, redisUrl, nodeId], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exit
  }
  after(kill)
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { url, kill }
}
