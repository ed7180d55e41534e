// docs/check.md and docs/check.zh-CN.md: what they say of the commands is so, in both languages.
// Runs once: it is the text that is tested.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defineTool, serve } from '../../../src/index.ts'
import { CHECK_HELP } from '../../../src/cli/check.ts'
import { TAIL_HELP } from '../../../src/cli/tail.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const english = read('docs/check.md')
const chinese = read('docs/check.zh-CN.md')
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])

interface Others {
  DOCS: Record<string, string>
  OTHERS: { name: string; file: string; locks: [string, string][] }[]
  versionsOf(locks: [string, string][]): string[]
  withTable(text: string, name: string, table: string): string
}
const { DOCS, OTHERS, versionsOf, withTable } = (await import('../../../scripts/docs/others.mjs' as string)) as Others
const { checkTables } = (await import('../../../scripts/docs/checks.mjs' as string)) as {
  checkTables(lang: string): Promise<string>
}

const greet = defineTool({
  name: 'greet',
  description: 'Greets',
  inputSchema: { type: 'object', properties: {} },
  run: () => 'Hello!',
})
const { url, close } = await serve({ name: 'docs', version: '1', tools: [greet], port: 0, log: () => {} })
after(close)

test('both languages have the same headings, code, links and table rows', () => {
  const same = (pattern: RegExp) => assert.deepEqual(matches(chinese, pattern), matches(english, pattern))
  same(/^(#+) /gm)
  same(/^```[a-z]*\n([^]*?)^```/gm)
  assert.equal(matches(chinese, /^\|/gm).length, matches(english, /^\|/gm).length)
  const links = (text: string) => matches(text, /\]\((?!check)([^)]+)\)/g)
  assert.deepEqual(links(chinese), links(english))
  for (const link of links(english).filter((each) => !each.startsWith('http')))
    assert.ok(existsSync(join(ROOT, 'docs', link)), link)
})

test('the tables of checks are those of today (npm run docs writes them)', async () => {
  for (const [file, lang] of Object.entries(DOCS))
    assert.equal(read(file), withTable(read(file), 'checks', await checkTables(lang)), `${file} is stale: npm run docs`)
})

test('the table of others has the versions of the lock files (npm run check:others writes it)', () => {
  for (const text of [english, chinese])
    for (const { name, file, locks } of OTHERS) {
      assert.ok(existsSync(join(ROOT, file)), file)
      const [, row] = text.split('<!--others-->')[1]!.split(`| ${name} |`)
      assert.ok(row, `${name} has no row: npm run check:others`)
      if (locks.length > 0)
        assert.ok(row.startsWith(` ${versionsOf(locks).join(', ')} |`), `${name}: npm run check:others`)
    }
})

test('each option of the help is in the text, and each of the text in the help', () => {
  const [check, tail] = english.split('## `sse-mcp tail URL`') as [string, string]
  const options = (text: string, pattern: RegExp) => [...new Set(matches(text, pattern))].toSorted()
  for (const [text, help] of [
    [check, CHECK_HELP],
    [tail, TAIL_HELP],
  ] as const)
    assert.deepEqual(options(text, /`(--[a-z-]+)/g), options(help, /^ {2}(--[a-z-]+)/gm))
})

const commands = matches(english, /^```sh\n([^]*?)^```/gm).flatMap((block) => block.trim().split('\n'))

for (const command of commands)
  test(`it runs: ${command}`, async () => {
    const args = command.replace(/ > .*/, '').replace('http://127.0.0.1:3000', url).split(' ').slice(1)
    if (args.includes('check')) {
      const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      const [code] = (await once(child, 'close')) as [number]
      assert.equal(code, 0, text)
      if (args.includes('--json')) assert.equal((JSON.parse(text) as { ok: boolean }).ok, true)
      else assert.match(text, /, 0 failed/)
      return
    }
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8')
    while (!text.includes('event: endpoint')) text += String((await once(child.stdout, 'data'))[0])
    child.kill()
    await once(child, 'exit')
    assert.match(text, /^< 200 text\/event-stream\n~ event: endpoint\n {2}data: \/messages\?sessionId=/)
  })

test('what a wrong word gets is one sentence, and the exit code 1', () => {
  const main = (...words: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/main.js'), ...words], { encoding: 'utf8' })
  const { status, stderr } = main('check', 'nowhere')
  assert.equal(status, 1)
  assert.match(stderr, /^sse-mcp: nowhere is no URL.*\n$/)
  assert.match(main('tail', '--nonsense').stderr, /^sse-mcp: Unknown option '--nonsense'/)
})
