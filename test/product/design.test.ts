// The design page and the rough edges are true of the source and equal in both languages; the source speaks its words.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])

const source = (readdirSync(join(ROOT, 'src'), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
const allOfSource = source.map(read).join('\n')
const design = read('docs/design.md')

const linksOf = (text: string) => matches(text, /\]\(([^)#]+)\)/g)
const codeOf = (text: string) => matches(text, /`([^`\n]+)`/g)

for (const page of ['docs/design', 'docs/rough-edges']) {
  const [english, chinese] = [read(`${page}.md`), read(`${page}.zh-CN.md`)]

  test(`${page} has the same headings, table rows, list entries, links and code in both languages`, () => {
    assert.deepEqual(matches(chinese, /^(#+) /gm), matches(english, /^(#+) /gm))
    assert.deepEqual(matches(chinese, /^(\||- |\d+\. )/gm), matches(english, /^(\||- |\d+\. )/gm))
    const links = (text: string) =>
      linksOf(text)
        .map((link) => link.replace('.zh-CN.', '.'))
        .toSorted()
    assert.deepEqual(links(chinese), links(english))
    assert.deepEqual(codeOf(chinese).toSorted(), codeOf(english).toSorted())
  })

  test(`every link of ${page} leads somewhere`, () => {
    for (const link of linksOf(english + chinese)) assert.ok(existsSync(join(ROOT, dirname(page), link)), link)
  })

  test(`every name in the code of ${page} is one of the source's`, () => {
    const files = new Set(source.map((file) => posix.basename(file)))
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts).map((name) => `npm run ${name}`)
    const isThere = (name: string) =>
      scripts.includes(name) || files.has(name) || allOfSource.includes(name) || existsSync(join(ROOT, name))
    const parts = codeOf(english).flatMap((code) =>
      /^\w+(\.\w+)+$/.test(code) && !isThere(code) ? code.split('.') : code,
    )
    assert.deepEqual(
      parts.filter((name) => !isThere(name.replace(/…$/, ''))),
      [],
    )
  })
}

test('the six central types are exported by the files that the page names', () => {
  const types = [...design.matchAll(/^\| `(\w+)` \| \[[^\]]+\]\(\.\.\/([^)]+)\)/gm)].map(([, type, file]) => [
    type,
    file,
  ])
  assert.equal(types.length, 6)
  for (const [type, file] of types)
    assert.match(read(file!), new RegExp(`^export (interface|class|type) ${type}\\b`, 'm'), `${type} in ${file}`)
})

test('every file of the source is on one floor of the page, and imports nothing from a higher one', () => {
  const floors = [...design.matchAll(/^\| \d+ \| ([^|]+) \|/gm)].map(([, files]) => codeOf(files!))
  const floorsOf = (file: string) =>
    floors.flatMap((names, floor) => (names.some((one) => file === one || file.startsWith(`${one}/`)) ? [floor] : []))
  for (const file of source) {
    const [floor, ...more] = floorsOf(file)
    assert.ok(floor !== undefined && more.length === 0, `${file} is on ${1 + more.length} floors`)
    for (const imported of matches(read(file), /^(?:import|export)\b[^;'"]*?from '(\.[^']*)'/gm)) {
      const path = posix.normalize(posix.join(posix.dirname(file), imported))
      assert.ok(floorsOf(path)[0]! <= floor, `${file} -> ${path}`)
    }
  }
})

test('the drawings are those of their script, in every language', async () => {
  const { draw, FILES } = (await import('../../docs/design/draw.mjs' as string)) as {
    draw(language: string): string
    FILES: Record<string, string>
  }
  for (const [language, file] of Object.entries(FILES)) {
    assert.equal(read(`docs/design/${file}`), draw(language), `${file} is stale: node docs/design/draw.mjs`)
    for (const name of matches(draw(language), /class="file">([^<]+)</g))
      assert.ok(
        source.some((path) => path.endsWith(`/${name}`) || path === name),
        name,
      )
    for (const type of matches(draw(language), /class="name">([^<]+)</g))
      assert.match(design, new RegExp(`\`${type}\``))
  }
})

/** The private language of before, and what each word became. */
const INSTEAD = {
  Answers: 'InputResponses',
  Call: 'HandlerContext',
  Common: 'TransportOptions',
  Entrance: 'AccessOptions',
  Exchange: 'RequestContext',
  LOOKS: 'CHECKS',
  Questions: 'InputRequests',
  ReplayLog: 'EventLog',
  ReplayStore: 'EventStore',
  Reply: 'PostResponse',
  Running: 'RunningServer',
  StreamSession: 'SseSession',
  Transport: 'HttpHandler',
  WayBack: 'ClientChannel',
  beat: 'ping',
  callerOf: 'createCaller',
  carryOn: 'attach',
  climbs: 'hasDotSegments',
  firstMessages: 'primingEvents',
  honoured: 'accepted',
  isAsked: 'checksCallers',
  isCarried: 'isAttached',
  isOpen: 'isPublic',
  leaving: 'shutdownError',
  letIn: 'authorizeRequest',
  listsChange: 'listChanged',
  newestOn: 'coalesceKey',
  noteCaller: 'createCaller',
  runInTime: 'withTimeout',
  say: 'send',
  spokenAt: 'lastUsedAt',
  standing: 'standaloneStream',
  standsFor: 'coalesceKey',
  timesSpoken: 'uses',
  wishes: 'requested',
  wordsOf: 'methodTable',
}

test('no word of the old private language is left in the source, and each has its successor', () => {
  // In comments and texts, what is an English word too may stand; a name like `carryOn` may not.
  const code = allOfSource.replaceAll(/\/\*[^]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, '')
  const names = matches(allOfSource, /\b[A-Za-z][a-z]+[A-Z]\w*\b/g)
  const words = new Set([...matches(code, /\b[A-Za-z_]\w*\b/g), ...names])
  assert.deepEqual(
    Object.keys(INSTEAD).filter((word) => words.has(word)),
    [],
  )
  assert.deepEqual(
    Object.values(INSTEAD).filter((word) => !words.has(word)),
    [],
  )
})
