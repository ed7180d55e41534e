// The page of errors has every refusal that the source knows, and knows no other.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { errorPages, SENTENCES } = (await import('../../scripts/docs/errors.mjs' as string)) as {
  errorPages(): Map<string, string>
  SENTENCES: readonly string[]
}
// Settings, the pages and what is started by hand say their errors to whoever starts them.
const files = (readdirSync(`${ROOT}src`, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'))
const source = files.map((file) => readFileSync(`${ROOT}src/${file}`, 'utf8')).join('\n')

/** A sentence of the source, with `…` for what it fills in. */
const written = (text: string): string => {
  let depth = 0
  let out = ''
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++
    else if (depth > 0 && text[at] === '}' && --depth === 0) out += '…'
    else if (depth === 0) out += text[at]
  }
  return out
}

/** What the refusals of the source say: the first text that one is made with. */
const REFUSALS =
  /(?:new (?:RpcError|HttpError|ToolError)|\bbusy|\brefuse|\brefusal|\bbadHead|\bchallenge|\bmalformed|\bfailed)\(\s*(?:[\w.]+,\s*)*(['`])((?:(?!\1)[^])*)\1/g
const said = [...source.matchAll(REFUSALS)].map(([, , text]) => written(text!))

/** Words of `refuse(…)` in the OAuth resource, which its own sentence goes on with. */
const BEGINNINGS = ['The token does not count here', 'The token has expired', 'The claim ', 'Host', 'Origin']

test('each refusal of the source stands in the table of errors', () => {
  assert.ok(said.length > 70)
  const fits = (text: string) =>
    SENTENCES.some((sentence) => text === sentence || text.startsWith(sentence.replace(/ …$/, ''))) ||
    SENTENCES.some((sentence) => sentence.replace(/^(Host|Origin) /, '… ') === text) ||
    BEGINNINGS.some((beginning) => text.startsWith(beginning))
  assert.deepEqual(
    said.filter((text) => !fits(text)),
    [],
  )
})

test('each sentence of the table stands in the source', () => {
  const pieces = (sentence: string) => sentence.split('…').filter((piece) => piece.length > 8)
  const missing = SENTENCES.filter((sentence) => pieces(sentence).some((piece) => !source.includes(piece.trim())))
  assert.deepEqual(missing, [])
})

test('the pages of errors are those of the table', () => {
  for (const [path, text] of errorPages())
    assert.equal(readFileSync(ROOT + path, 'utf8'), text, `${path} is stale: npm run docs`)
})
