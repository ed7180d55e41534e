// The pages of clients and of revisions: as they are made, in both languages, with JSON that can be read.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
interface Page {
  source: string
  body: string
  notes: readonly string[]
}
const { clientPages, CLIENTS } = (await import('../../scripts/docs/clients.mjs' as string)) as {
  clientPages(): Map<string, string>
  CLIENTS: readonly { file: string; name: string; en: Page; zh: Page }[]
}

test('the pages of clients are those that npm run docs makes', () => {
  for (const [path, text] of clientPages())
    assert.equal(readFileSync(ROOT + path, 'utf8'), text, `${path} is stale: npm run docs`)
})

test('the pages of revisions are those of src/mcp/revisions', async () => {
  const { revisionPages } = (await import('../../scripts/docs/revisions.mjs' as string)) as {
    revisionPages(): Promise<Map<string, string>>
  }
  for (const [path, text] of await revisionPages())
    assert.equal(readFileSync(ROOT + path, 'utf8'), text, `${path} is stale: npm run docs`)
})

test('what is to be typed is the same in both languages, and its JSON can be read', () => {
  const blocks = (text: string) => [...text.matchAll(/```(\w+)\n([^]*?)```/g)].map(([, kind, code]) => [kind, code!])
  for (const { file, en, zh } of CLIENTS) {
    assert.deepEqual(blocks(zh.body), blocks(en.body), file)
    assert.equal(zh.notes.length, en.notes.length, file)
    for (const [kind, code] of blocks(en.body)) if (kind === 'json') JSON.parse(code!)
    assert.match(en.source, /^tried|maker/, `${file}: tried, or said by its maker`)
  }
})
