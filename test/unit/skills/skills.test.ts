// The extension Skills: its entries are those of its files, which are resources.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createClient, createMcpServer } from '../../../src/index.ts'
import { newestHandshake, perRequestRevisions } from '../../../src/mcp/revisions/index.ts'
import { skills, type Skill } from '../../../src/skills/index.ts'
import type { Json } from '../../support/wire.ts'

const REFUNDS: Skill = {
  path: 'acme/billing/refunds',
  description: 'Refunds a customer: "how, and when".',
  frontmatter: { license: 'Apache-2.0', metadata: { version: '2.1.0' } },
  instructions: '# Refunds\n\nUse `templates/`.',
  files: { 'templates/eu/letter.md': '# Letter', 'templates/a.txt': 'a', 'logo.png': new Uint8Array([1, 2, 3]) },
}
const GIT: Skill = { path: 'git-workflow', description: 'How we use Git.', instructions: 'Branch first.' }

const { extension, resources } = skills([REFUNDS, GIT])
const server = createMcpServer({ name: 'test', version: '1', resources, extensions: [extension] })
const ROOT = 'skill://acme/billing/refunds'

const ask = async (method: string, params: Json = {}, revision = newestHandshake): Promise<Json> =>
  await server.handle({ jsonrpc: '2.0', id: 1, method, params }, createClient(revision), { send() {}, canSend: false })

test('each file is listed with the digest of what resources/read gives', async () => {
  const { skills: listed } = (await ask('skills/list')).result
  assert.deepEqual(
    listed.map(({ uri }: Json) => uri),
    [`${ROOT}/SKILL.md`, 'skill://git-workflow/SKILL.md'],
  )
  assert.equal(listed[0].resources.length, 4)
  for (const { uri, digest } of listed.flatMap(({ resources: files }: Json) => files)) {
    const [{ text, blob }] = (await ask('resources/read', { uri })).result.contents
    const bytes = text === undefined ? Buffer.from(blob, 'base64') : Buffer.from(text)
    assert.equal(digest, `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  }
})

test('the frontmatter of the entry is that of the file', async () => {
  const { skill } = (await ask('skills/get', { uri: `${ROOT}/SKILL.md` })).result
  const [{ text, mimeType }] = (await ask('resources/read', { uri: skill.uri })).result.contents
  assert.equal(mimeType, 'text/markdown')
  const [, head, body] = /^---\n([^]*?)\n---\n\n([^]*)$/.exec(text)!
  const read = Object.fromEntries(
    head!.split('\n').map((line) => {
      const [key, value] = line.split(/: (.*)/s)
      return [key, JSON.parse(value!)]
    }),
  )
  assert.deepEqual(read, skill.frontmatter)
  assert.equal(skill.frontmatter.name, 'refunds')
  assert.equal(body, REFUNDS.instructions)
})

test('directories are read level by level', async () => {
  const read = async (uri: string) =>
    (await ask('resources/directory/read', { uri })).result.resources.map(({ uri: child, mimeType }: Json) => [
      child.slice(uri.length + 1),
      mimeType,
    ])
  assert.deepEqual(await read(ROOT), [
    ['SKILL.md', 'text/markdown'],
    ['templates', 'inode/directory'],
    ['logo.png', 'application/octet-stream'],
  ])
  assert.deepEqual(await read(`${ROOT}/templates`), [
    ['eu', 'inode/directory'],
    ['a.txt', 'text/plain'],
  ])
  assert.deepEqual(await read(`${ROOT}/templates/eu`), [['letter.md', 'text/markdown']])
})

test('a resource of a skill has its name and its description', async () => {
  const { resources: listed } = (await ask('resources/list')).result
  assert.deepEqual([listed[0].name, listed[0].description], ['refunds', REFUNDS.description])
})

for (const [method, uri] of [
  ['skills/get', ROOT],
  ['skills/get', undefined],
  ['resources/directory/read', `${ROOT}/SKILL.md`],
  ['resources/directory/read', 'skill://acme'],
] as const)
  test(`${method} refuses ${uri}`, async () => {
    assert.equal((await ask(method, { uri })).error.code, -32602)
  })

test('in the newest revision the list says how long it holds', async () => {
  const [revision] = perRequestRevisions.values()
  const { ttlMs, cacheScope } = (await ask('skills/list', {}, revision)).result
  assert.deepEqual([ttlMs, cacheScope], [0, 'private'])
})

for (const path of ['', 'Refunds', 'a//b', '-a', 'a--b', 'a/', '../a', 'a b'])
  test(`a skill is refused at ${JSON.stringify(path)}`, () => {
    assert.throws(() => skills([{ ...GIT, path }]), /^TypeError: skills: /)
  })

for (const file of ['', '/c', 'a//b', 'a/', '.', '../../x', 'a/../b', 'a/./b', '%2E%2e/x', 'a\\b', 'a\0'])
  test(`a file of a skill is refused at ${JSON.stringify(file)}`, () => {
    assert.throws(() => skills([{ ...GIT, files: { [file]: '' } }]), /^TypeError: skills: the file/)
  })

test('a file whose name has dots is none of these', () => {
  const { resources: all } = skills([{ ...GIT, files: { '.env/..a/...': '' } }])
  assert.ok(all.some(({ uri }) => uri === 'skill://git-workflow/.env/..a/...'))
})

test('the name and the description are those of the skill, whatever the frontmatter says', async () => {
  const { extension: one } = skills([
    { ...GIT, frontmatter: { name: 'other', description: 'another', license: 'MIT' } },
  ])
  const skillServer = createMcpServer({ name: 'test', version: '1', extensions: [one] })
  const list = { jsonrpc: '2.0', id: 1, method: 'skills/list' } as const
  const channel = { send() {}, canSend: false }
  const { result } = (await skillServer.handle(list, createClient(newestHandshake), channel)) as Json
  assert.deepEqual(result.skills[0].frontmatter, {
    license: 'MIT',
    name: 'git-workflow',
    description: 'How we use Git.',
  })
})

test('two skills at one path are refused', () => {
  assert.throws(() => skills([GIT, GIT]), TypeError)
})
