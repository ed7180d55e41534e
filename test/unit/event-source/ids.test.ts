// An ID goes back to the server as it came, or not at all; and whatever it is, the source comes back.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { listen, serve, STREAM } from '../../support/event-source.ts'

/**
 * The Last-Event-ID of the request after an event of each of these IDs; and that each was heard as it is. Asked of a
 * server, or of a function in place of `fetch` where there are many.
 */
async function returned(t: TestContext, ids: string[], isServed = false): Promise<(string | undefined)[]> {
  let at = 0
  const next = () => {
    const id = ids[at++]
    return id === undefined ? '' : `retry:0\nid:${id.startsWith(' ') ? ' ' : ''}${id}\ndata:${at}\n\n`
  }
  const asked: (string | undefined)[] = []
  const answer: typeof fetch = (_url, init) => {
    const header = (init!.headers as Headers).get('Last-Event-ID')
    asked.push(header === null ? undefined : Buffer.from(header, 'latin1').toString())
    return Promise.resolve(new Response(next(), { headers: STREAM }))
  }
  const { url, requests } = await serve(t, (response) => response.writeHead(200, STREAM).end(next()))
  const { source, until } = listen(t, url, isServed ? {} : { fetch: answer })
  const heard: string[] = []
  source.addEventListener('message', (event) => heard.push((event as MessageEvent).lastEventId))
  await until(3 * ids.length + 1) // open, message and error of each, and the last open
  source.close()
  assert.deepEqual(heard, ids)
  return (isServed ? requests.map(({ lastEventId }) => lastEventId) : asked).slice(1)
}

// RFC 9110, section 5.5: visible characters, blanks and tabs between them, and bytes above 0x7f. A space or tab at
// either end is no part of a value. Written here as a list of what is not.
function canTravel(id: string): boolean {
  if (id === '' || Buffer.byteLength(id) > 4096) return false
  const first = id.charCodeAt(0)
  const last = id.charCodeAt(id.length - 1)
  if ([first, last].some((code) => code === 0x20 || code === 0x09)) return false
  return [...id].every((one) => !(one < ' ' && one !== '\t') && one !== '\u007f')
}

const expected = (ids: string[]) => ids.map((id) => (canTravel(id) ? id : undefined))

test('IDs with each of the first 161 characters, in front, between, behind and alone', async (t) => {
  const ids: string[] = []
  for (let code = 1; code < 161; code++) {
    const one = String.fromCharCode(code)
    if (one !== '\r' && one !== '\n') ids.push(`${one}b`, `a${one}b`, `a${one}`, one)
  }
  assert.deepEqual(await returned(t, ids), expected(ids))
})

test('IDs with each control character come back to a server, or the source without them', async (t) => {
  const codes = Array.from({ length: 32 }, (_, code) => code).concat(0x20, 0x7f, 0x80, 0x9b, 0xff)
  const ids = codes.map((code) => `a${String.fromCharCode(code)}b`).filter((id) => !/[\0\r\n]/.test(id))
  assert.deepEqual(await returned(t, ids, true), expected(ids))
})

test('IDs with what else is odd', async (t) => {
  const odd = ['  ', ' a', 'a ', '\ta', 'a\t', 'a b', 'a\tb', ' \t a \t ', '\u00a0', '\u3000a', '\uFEFF', 'a\uFEFF']
  const names = ['0', '-1', 'null', '__proto__', 'a: b', 'a, b', '"a"', '%0d%0aX: y', '\\r\\n', 'a\u2028X: y', '../..']
  const more = [
    '你好',
    'é',
    '😀',
    '\u202Eabc',
    '\u0301',
    '\uFFFD',
    '\uFFFE',
    '\u{10FFFF}',
    '\u0085',
    'ÿ',
    'a\u001b[31m',
  ]
  const ids = [...odd, ...names, ...more]
  assert.deepEqual(await returned(t, ids, true), expected(ids))
})

test('an ID of at most 4,096 bytes travels; a longer one would be refused by servers that bound their headers', async (t) => {
  const ids = [4095, 4096, 4097, 8192, 16_384, 20_000, 1_000_000].map((size) => 'x'.repeat(size))
  ids.push('你'.repeat(1365), '你'.repeat(1366), `${'x'.repeat(4095)}é`)
  assert.deepEqual(
    (await returned(t, ids, true)).map((id) => id?.length),
    [4095, 4096, undefined, undefined, undefined, undefined, undefined, 1365, undefined, undefined],
  )
})

test('any IDs, one after another', async (t) => {
  const character = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(' ', '\t', '\u0001', '\u001f', '\u007f', '\u0080', '\u009b', 'ÿ', ':', '你'),
    },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  )
  const id = fc.string({ unit: character, maxLength: 5 }).map((text) => text.replaceAll(/[\r\n\0]/g, ''))
  await fc.assert(
    fc.asyncProperty(fc.array(id, { minLength: 1, maxLength: 20 }), async (ids) => {
      assert.deepEqual(await returned(t, ids), expected(ids))
    }),
    { numRuns: 8 },
  )
})

test('an ID that cannot travel takes the one before with it: the server is told none, not an old one', async (t) => {
  assert.deepEqual(await returned(t, ['1', 'a\u0001b', '2', ' ', '3', '', '4']), [
    '1',
    undefined,
    '2',
    undefined,
    '3',
    undefined,
    '4',
  ])
})
