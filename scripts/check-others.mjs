// npm run check:others: holds the servers of others, and ours, against `sse-mcp check`, and writes the table of
// docs/check.md. Each stands as its own documents put it up, in bench/rivals/check. What is not installed is left out,
// and said: npm run setup.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '../course/stages/start.mjs'
import { ensureBuilt } from './build.mjs'
import { DOCS, OTHERS, tableOf, versionsOf, withTable } from './docs/others.mjs'
import { ROOT } from './parts.mjs'

ensureBuilt()
const rows = []
for (const { name, file, locks } of OTHERS) {
  const server = await startServer(join(ROOT, file)).catch((error) => {
    console.log(`${name} does not start: npm run setup\n${error.message}`)
    process.exitCode = 1
  })
  if (!server) continue
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/main.js'), 'check', '--json', server.url], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  await server.close()
  if (stderr) console.log(stderr)
  rows.push({ name, versions: versionsOf(locks), report: JSON.parse(stdout) })
  console.log(`${name}: ${JSON.stringify(rows.at(-1).report.counts)}`)
}
if (process.exitCode) console.log('The table stays as it is.')
else
  for (const [path, lang] of Object.entries(DOCS)) {
    const file = join(ROOT, path)
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), 'others', tableOf(rows, lang)))
  }
