// Needs: package, nodes
// The package as npm packs it: what is in it, what linters say of it, and that it can be used once it is installed, on
// every Node that is supported, from JavaScript and TypeScript.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { npmCli } from '../support/npm-cli.ts'
import { emptyFolder, ROOT, runNode } from '../support/project.ts'
import { request } from '../support/wire.ts'

const { supportedNodes } = (await import('../../scripts/parts.mjs' as string)) as { supportedNodes(): string[] }

const packages = join(ROOT, 'test/package/node_modules')
const folder = emptyFolder('package')
const npm = (args: readonly string[], cwd = folder) => runNode([npmCli(), ...args], cwd)

interface Packed {
  filename: string
  size: number
  files: { path: string }[]
}

/** Packs a folder, and tells what became of it. npm 12 has a member for each package, earlier ones had a list. */
async function pack(path: string): Promise<Packed> {
  const args = ['pack', path, '--json', '--ignore-scripts', '--pack-destination', folder]
  return Object.values(JSON.parse(await npm(args)) as Record<string, Packed>)[0]!
}

const packed = await pack(ROOT)
const tarball = join(folder, packed.filename)
const paths = new Set(packed.files.map(({ path }) => path))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as { name: string; version: string; exports: Record<string, string> }

// The bar of the bench is 400 kB. It was 642 before comments and private declarations went; the leaves came after that.
test('it has at most 460 kB', () => {
  assert.ok(packed.size <= 460_000, `${packed.size} bytes`)
})

test('site, laboratory and tests are not in it, nor the course but for the checker', () => {
  const folders = new Set([...paths].filter((path) => path.includes('/')).map((path) => path.split('/')[0]))
  assert.deepEqual([...folders].toSorted(), ['course', 'data', 'dist', 'examples', 'src', 'web'])
  // Of the course there is what `sse-mcp check` is made of.
  const course = [...paths].filter((path) => path.startsWith('course/'))
  assert.deepEqual(
    course.filter((path) => !/^course\/(say\.mjs|stages\/[\w-]+\.mjs|02-[\w-]+\/solution\.mjs)$/.test(path)),
    [],
  )
  assert.deepEqual(
    [...paths].filter((path) => /\.test\.|\/laboratory\/|node_modules/.test(path)),
    [],
  )
})

test('every file of JavaScript has a source map, and leads to a source that is in it', () => {
  const built = [...paths].filter((path) => path.startsWith('dist/') && path.endsWith('.js'))
  assert.ok(built.length > 100)
  for (const path of built) {
    assert.match(read(path), /\n\/\/# sourceMappingURL=[\w.-]+\.js\.map$/, path)
    const { sources } = JSON.parse(read(`${path}.map`)) as { sources: string[] }
    for (const source of sources) assert.ok(paths.has(join(dirname(path), source).replaceAll('\\', '/')), source)
  }
})

test('every subpath has its declarations, and what they import is in it', () => {
  const follow = (path: string, seen: Set<string>): Set<string> => {
    if (seen.has(path)) return seen
    assert.ok(paths.has(path), path)
    seen.add(path)
    for (const [, specifier] of read(path).matchAll(/(?:from |import\()'(\.[^']+)'/g))
      follow(join(dirname(path), specifier!.replace(/\.ts$/, '.d.ts')).replaceAll('\\', '/'), seen)
    return seen
  }
  const declared = new Set<string>()
  for (const target of Object.values(manifest.exports).filter((each) => each.endsWith('.js')))
    follow(target.slice(2).replace(/\.js$/, '.d.ts'), declared)
  assert.deepEqual(
    [...paths].filter((path) => path.endsWith('.d.ts') && !declared.has(path)),
    [],
    'declarations that nobody can import',
  )
})

test('publint and attw have nothing to say of it', async () => {
  await runNode([join(packages, 'publint/src/cli.js'), 'run', tarball, '--strict'], folder)
  await runNode([join(packages, '@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only'], folder)
})

test('knip finds nothing that nobody uses', async () => {
  const args = ['--config', 'test/package/knip.js', '--exclude', 'unlisted,unresolved,binaries', '--no-config-hints']
  await runNode([join(packages, 'knip/bin/knip.js'), '--directory', ROOT, ...args], ROOT)
})

// An empty project. npm asks no registry: ajv and what it needs are packed from our own node_modules.
const project = join(folder, 'project')
const needed = ['ajv', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse', 'require-from-string']

test('npm installs it into an empty project, with ajv and its four packages', async () => {
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}')
  const tarballs = []
  for (const name of needed) tarballs.push(join(folder, (await pack(join(ROOT, 'node_modules', name))).filename))
  await npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball, ...tarballs], project)
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
  assert.deepEqual(installed, [...needed, 'sse-mcp'].toSorted())
})

// The project that the upgrade test has, with all that is public in it.
const consumer = join(ROOT, 'test/consumers/0.1')
const compilers = { '7': join(ROOT, 'node_modules/typescript'), '5.9': join(packages, 'typescript') }

for (const [version, compiler] of Object.entries(compilers))
  for (const [resolution, ...flags] of [['nodenext'], ['bundler', '--module', 'preserve']] as const)
    test(`TypeScript ${version} compiles a project that uses all of it, with moduleResolution ${resolution}`, async () => {
      cpSync(consumer, project, { recursive: true, filter: (path) => !path.endsWith('package.json') })
      const types = join(project, 'node_modules/@types')
      if (!existsSync(types)) symlinkSync(join(ROOT, 'node_modules/@types'), types, 'junction')
      const { version: is } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')) as { version: string }
      assert.ok(is.startsWith(version))
      await runNode([join(compiler, 'bin/tsc'), ...flags, '--moduleResolution', resolution], project)
    })

for (const node of supportedNodes()) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()

  test(`on Node ${version} the compiled project passes its tests`, async () => {
    const files = readdirSync(join(project, 'out')).map((file) => join('out', file))
    await runNode(['--test', '--test-reporter=tap', ...files], project, node)
  })

  test(`on Node ${version} it is used from JavaScript, by import and by require`, async () => {
    const specifiers = Object.keys(manifest.exports).map((subpath) => `${manifest.name}${subpath.slice(1)}`)
    const modules = specifiers.filter((each) => !each.endsWith('.json'))
    const imports = modules.map((each) => `if (Object.keys(await import('${each}')).length === 0) throw '${each}'`)
    await runNode(['--input-type=module', '--eval', imports.join('\n')], project, node)
    const requires = specifiers.map((each) => `if (Object.keys(require('${each}')).length === 0) throw '${each}'`)
    await runNode(['--input-type=commonjs', '--eval', requires.join('\n')], project, node)
  })

  test(`on Node ${version} its program starts, and answers a call of its tool`, async () => {
    const PATH = `${dirname(node)}${delimiter}${process.env['PATH']}`
    const program = join(project, 'node_modules/.bin/sse-mcp')
    const child = spawn(program, ['--port', '0', '--hn-source', 'snapshot'], {
      cwd: project,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32', // there it is a script of cmd
    })
    try {
      let banner = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (banner += chunk))
      while (!banner.includes('Ctrl-C')) await once(child.stdout, 'data')
      const url = /http:\/\/[\d.:]+/.exec(banner)![0]
      assert.equal((await request('GET', `${url}/`)).status, 200)
      const name = 'get-hackernews-top-stories'
      const revision = '2026-07-28'
      const meta = 'io.modelcontextprotocol/'
      const _meta = { [`${meta}protocolVersion`]: revision, [`${meta}clientCapabilities`]: {} }
      const params = { name, arguments: { type: 'topstories', amount: 3 }, _meta }
      const answer = await request(
        'POST',
        `${url}/mcp`,
        {
          'content-type': 'application/json',
          'mcp-protocol-version': revision,
          'mcp-method': 'tools/call',
          'mcp-name': name,
        },
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      )
      const { content } = JSON.parse(answer.text).result as { content: { text: string }[] }
      assert.equal(content.length, 4)
      assert.match(content[3]!.text, /snapshot of 2019-11-12/)
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })
}
