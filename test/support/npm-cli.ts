// Where npm's own program is: run by Node, without a shell, it is the same on every system.
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * `npm test` tells. Without it, npm is beside the Node that came with it, which need not be the one that runs this: below
 * `lib` on Unix, in the same folder on Windows.
 */
export function npmCli(): string {
  const folders = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)]
  const besideNode = folders.flatMap((folder) =>
    ['../lib/node_modules', 'node_modules'].map((packages) => join(folder, packages, 'npm/bin/npm-cli.js')),
  )
  return process.env['npm_execpath'] ?? besideNode.find((file) => existsSync(file)) ?? besideNode[0]!
}
