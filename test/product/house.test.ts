// The house keeps its own rules: layers, sizes, dependencies.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { npmCli } from '../support/npm-cli.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const { codeLines } = (await import('../../scripts/docs/figures.mjs' as string)) as { codeLines(text: string): number }
const codeLinesOf = (file: string): number => codeLines(read(file))
const filesIn = (folder: string) =>
  (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)

const source = filesIn('src')
const core = ['src/sse', 'src/jsonrpc', 'src/mcp', 'src/tools'].flatMap(filesIn)

test('the core that is read aloud has at most 4,000 lines of code', () => {
  const lines = core.reduce((sum, file) => sum + codeLinesOf(file), 0)
  assert.ok(lines <= 4000, `${lines} lines`)
})

// 1,050 until the rules of fairness between callers, which are no part of the protocol, moved from the core to
// src/bounds (the places of sessions and of subscriptions, the memory of a message), and the diagnostics channels came.
// 1,225 until the network of an address, by which all shares are counted, moved here from src/serve.
test('what the core stands on beside its four folders has at most 1,250 lines of code', () => {
  const beside = [
    ...['src/json-schema', 'src/bounds', 'src/diagnostics', 'src/upstream'].flatMap(filesIn),
    'src/uri-template.ts',
    'src/url.ts',
  ]
  const lines = beside.reduce((sum, file) => sum + codeLinesOf(file), 0)
  assert.ok(lines <= 1250, `${lines} lines`)
})

test('what takes the schemas of other libraries has at most 125 lines of code', () => {
  const lines = filesIn('src/schema-adapters').reduce((sum, file) => sum + codeLinesOf(file), 0)
  assert.ok(lines <= 125, `${lines} lines`)
})

// 1,100 until what the engine keeps was weighed as well as counted, and what others write there was bounded.
test('what lets several processes serve the same sessions has at most 1,150 lines of code', () => {
  const lines = filesIn('src/redis').reduce((sum, file) => sum + codeLinesOf(file), 0)
  assert.ok(lines <= 1150, `${lines} lines`)
})

test('no file of the source has more than 200 lines of code', () => {
  assert.deepEqual(
    source.filter((file) => codeLinesOf(file) > 200),
    [],
  )
})

test('the parser is one function of at most 110 lines of code', () => {
  const text = read('src/sse/parser.ts')
  const start = text.indexOf('export function createParser')
  const body = text.slice(start, text.indexOf('\n}\n', start))
  assert.ok(codeLines(body) <= 110, `${codeLines(body)} lines`)
})

test('the clock on the wall is asked where a date is meant, and nowhere else: it may be set', () => {
  const asking = source.flatMap((file) =>
    [...read(file).matchAll(/.*(?:\bDate\.|new Date).*/g)].map(([line]) => `${file}: ${line.trim()}`),
  )
  const meantAsDates = [
    /^src\/auth\/oauth-resource\.ts: .*The token has expired/,
    /^src\/upstream\/get-json\.ts: .*Date\.parse\(retryAfter\)/,
    /^src\/tools\/hacker-news\.ts: .*call\.deadline - Date\.now/, // a call's deadline is a date
    /^src\/mcp\/request\/run-author\.ts: return Date\.now\(\) \+ this\.#deadline\.left/,
    /^src\/mcp\/request\/request-state\.ts: /, // what was signed may be read by another process
    /^src\/bounds\/deadline\.ts: const left = date - Date\.now\(\)/,
    /^src\/diagnostics\/log\.ts: .*time: new Date/,
    /^src\/tasks\/task\.ts: .*new Date\(\)\.toISOString/, // when a task was made, and changed last
  ]
  assert.deepEqual(
    asking.filter((line) => !meantAsDates.some((known) => known.test(line))),
    [],
  )
})

test('nobody asks URL.canParse: in Node 20 it misreads texts once it has been called often (src/url.ts)', () => {
  const asking = source.filter((file) => /(?<!`)URL\.canParse\(/.test(read(file)))
  assert.deepEqual(asking, [])
})

test('dates of revisions stand in src/mcp/revisions and nowhere else', () => {
  const dated = source.filter((file) => !file.includes('/revisions/') && /['"`]20\d\d-\d\d-\d\d['"`]/.test(read(file)))
  assert.deepEqual(dated, [])
})

test('ajv is the only dependency at run time, with four of its own', () => {
  assert.deepEqual(Object.keys(JSON.parse(read('package.json')).dependencies), ['ajv'])
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  const installed = Object.entries(lock.packages).filter(([name, { dev, optional }]) => name && !dev && !optional)
  assert.deepEqual(
    installed.map(([name]) => name.replace('node_modules/', '')),
    ['ajv', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse', 'require-from-string'],
  )
})

test('src/sse and src/channel import nothing of Node at run time, so that a browser can load them as they are', () => {
  for (const file of [...filesIn('src/sse'), ...filesIn('src/channel')])
    for (const line of read(file).split('\n'))
      if (/^import (?!type)/.test(line)) assert.doesNotMatch(line, /node:/, file)
})

/** The floors, from below. A file imports from lower floors, and from its own. `import type` counts as well. */
const FLOORS = [
  /^src\/(sse|jsonrpc|bounds|diagnostics|json-schema|schema-adapters)\/|^src\/(uri-template|event-source(-headers)?|url)\.ts/,
  /^src\/mcp\/options\.ts/,
  /^src\/mcp\/protocol\//,
  /^src\/mcp\/revisions\//,
  /^src\/mcp\/request\//,
  /^src\/mcp\/(features|http)\//,
  /^src\/mcp\/server\.ts/,
  /^src\/mcp\/transports\//,
  /^src\/mcp\/routes\.ts/,
  /^src\/mcp\/handler\.ts/,
  /^src\/mcp\/index\.ts/,
  /^src\/upstream\//,
  /^src\/(auth|channel|fetch|metrics|redis|serve|server-card|skills|tasks|testing|tools)\//,
  /^src\/index\.ts/,
  /^src\/(app|cli)\//,
  /^src\/main\.ts/,
]
const floorOf = (file: string): number => FLOORS.findIndex((floor) => floor.test(file))

/** What each file of src imports or exports on, types included. */
const imports = new Map(
  source.map((file) => [
    file,
    [...read(file).matchAll(/^(?:import|export)\b[^;'"]*?from '(\.[^']*)'|\bimport\('(\.[^']*)'\)/gm)].map(
      ([, one, other]) => posix.normalize(posix.join(posix.dirname(file), (one ?? other)!)),
    ),
  ]),
)

test('every import points down, types included', () => {
  assert.deepEqual(
    source.filter((file) => floorOf(file) === -1),
    [],
    'a file on no floor',
  )
  const upward = source.flatMap((file) =>
    imports
      .get(file)!
      .filter((imported) => floorOf(imported) > floorOf(file))
      .map((imported) => `${file} -> ${imported}`),
  )
  assert.deepEqual(upward, [])
})

test('no imports run in a circle, types included', () => {
  const circles: string[] = []
  const done = new Set<string>()
  function follow(file: string, path: readonly string[]): void {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file) || path.includes(file)) return
    for (const imported of imports.get(file) ?? []) follow(imported, [...path, file])
    done.add(file)
  }
  for (const file of source) follow(file, [])
  assert.deepEqual(circles, [])
  assert.ok([...imports.values()].flat().length > 200, 'and they were read')
})

const copy = mkdtempSync(join(tmpdir(), 'sse-mcp-lint-'))
after(() => rmSync(copy, { recursive: true, force: true }))
cpSync(join(ROOT, '.oxlintrc.json'), join(copy, '.oxlintrc.json'))
cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true })

function lintWith(file: string, line: string): string {
  const path = join(copy, file)
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, `${line}\n${before}`)
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/oxlint/bin/oxlint'), 'src'], {
    cwd: copy,
    encoding: 'utf8',
  })
  writeFileSync(path, before)
  return stdout
}

// Each a file on a lower floor that reaches up, or past a public face.
for (const [file, specifier, rule] of [
  ['src/sse/event.ts', '../mcp/index.ts', 'src/sse stands alone'],
  ['src/sse/event.ts', '../jsonrpc/index.ts', 'src/sse stands alone'],
  ['src/jsonrpc/errors.ts', '../sse/index.ts', 'src/jsonrpc stands alone'],
  ['src/jsonrpc/errors.ts', 'node:fs', 'src/jsonrpc stands alone'],
  ['src/bounds/budget.ts', '../mcp/index.ts', 'src/bounds stands alone'],
  ['src/diagnostics/log.ts', '../bounds/limits.ts', 'src/diagnostics stands alone'],
  ['src/json-schema/validate.ts', '../jsonrpc/index.ts', 'src/json-schema stands alone'],
  ['src/mcp/server.ts', '../sse/parser.ts', 'public faces of sse and jsonrpc'],
  ['src/mcp/features/tools.ts', '../../jsonrpc/dispatcher.ts', 'public faces of sse and jsonrpc'],
  ['src/mcp/server.ts', '../tools/hacker-news.ts', 'mcp knows no tool'],
  ['src/mcp/features/tools.ts', '../../index.ts', 'mcp knows no tool'],
  ['src/mcp/protocol/types.ts', '../request/client.ts', 'mcp/protocol is the lowest'],
  ['src/mcp/revisions/index.ts', '../request/client.ts', 'mcp/revisions'],
  ['src/mcp/request/context.ts', '../features/tools.ts', 'mcp/request'],
  ['src/mcp/features/tools.ts', '../server.ts', 'mcp/features'],
  ['src/mcp/http/guard.ts', '../transports/transport.ts', 'mcp/http'],
  ['src/mcp/transports/http-sse.ts', '../routes.ts', 'mcp/transports'],
  ['src/tools/hacker-news.ts', '../mcp/server.ts', 'public face of mcp'],
  ['src/tools/hacker-news.ts', '../mcp/http/body.ts', 'public face of mcp'],
  ['src/tools/hacker-news.ts', '../jsonrpc/index.ts', 'public face of mcp'],
  ['src/tools/hacker-news.ts', '../index.ts', 'public face of mcp'],
] as const)
  test(`lint refuses ${specifier} in ${file}`, () => {
    assert.match(lintWith(file, `import * as forbidden from '${specifier}'; void forbidden`), new RegExp(rule))
  })

test('lint says nothing of the layers as they are', () => {
  assert.doesNotMatch(lintWith('src/sse/event.ts', ''), /no-restricted-imports/)
})

test('npm ls knows of ajv and nothing else at run time', () => {
  const listed = execFileSync(process.execPath, [npmCli(), 'ls', '--omit=dev', '--all', '--parseable'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.equal(listed.trim().split('\n').length - 1, 5)
})
