// Where npm's own program is: run by Node, without a shell, it is the same on every system.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** `npm test` tells. Without it, npm is beside the Node that came with it, which need not be the one that runs this. */
export function npmCli(): string {
  const besideNode = ['', ...(process.env['PATH'] ?? '').split(delimiter)].map((folder) =>
    join(folder || join(process.execPath, '..'), '../lib/node_modules/npm/bin/npm-cli.js'),
  )
  return process.env['npm_execpath'] ?? besideNode.find((file) => existsSync(file)) ?? besideNode[0]!
}
