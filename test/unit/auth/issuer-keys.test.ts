// The keys of an issuer: how long they count, when they are fetched again, and which of them a token means. By a clock
// of the test's own; and by the wire, what a caller sees.
import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import * as jose from 'jose'
import { oauthResource } from '../../../src/auth/index.ts'
import { createKeySet } from '../../../src/auth/key-set.ts'
import { serve, type Log, type LogEntry } from '../../../src/index.ts'
import { startIssuer, type Issuer } from '../../support/issuer.ts'
import { post, type Answer } from '../../support/wire.ts'

const RESOURCE = 'https://mcp.example'
const SECOND = 1_000
const HOUR = 3_600_000

const stranger = await startIssuer(RESOURCE)
after(stranger.close)

async function freshIssuer(t: TestContext): Promise<Issuer> {
  const issuer = await startIssuer(RESOURCE)
  t.after(issuer.close)
  return issuer
}

/** A key set by a clock of its own, and what it says of a token. */
async function keySetOf(t: TestContext, complain: Parameters<typeof createKeySet>[2] = () => {}) {
  const issuer = await freshIssuer(t)
  const clock = { now: 0 }
  const findKey = createKeySet(
    jose,
    async () => new URL(`${issuer.url}/jwks`),
    complain,
    () => clock.now,
  )
  const check = async (token: string): Promise<string> =>
    jose.jwtVerify(token, findKey).then(
      () => 'good',
      (error: Error & { retryAfter?: number }) =>
        error.retryAfter === undefined ? error.name : `come back in ${error.retryAfter} s`,
    )
  return { issuer, clock, check, fetches: () => issuer.asked.length }
}

const publish = (issuer: Issuer, keys: unknown): void =>
  void issuer.answers.set('/jwks', (_request, response) => void response.end(JSON.stringify({ keys })))
const fail = (issuer: Issuer): void =>
  void issuer.answers.set('/jwks', (_request, response) => void response.writeHead(500).end())
const unknownKid = (issuer: Issuer, kid = 'unknown') => issuer.token({}, { kid }, stranger.key)

test('T-83: keys are good for ten minutes; a token whose key the issuer does not have is looked for every 30 s', async (t) => {
  const { issuer, clock, check, fetches } = await keySetOf(t)
  const good = await issuer.token()
  const unknown = await unknownKid(issuer)
  assert.equal(await check(good), 'good')
  clock.now = 600_000
  assert.equal(await check(good), 'good')
  assert.equal(fetches(), 1)
  clock.now = 600_001
  assert.equal(await check(good), 'good')
  assert.equal(fetches(), 2)
  for (const [at, count] of [
    [700_000, 3],
    [729_999, 3],
    [730_000, 4],
    [730_001, 4],
  ] as const) {
    clock.now = at
    assert.equal(await check(unknown), 'JWKSNoMatchingKey')
    assert.equal(fetches(), count, `at ${at}`)
  }
})

test('after a stranger’s unknown key, a token of the next key waits 5 s at most, and is never called wrong', async (t) => {
  const { issuer, clock, check, fetches } = await keySetOf(t)
  await check(await issuer.token())
  clock.now = 100 * SECOND
  assert.equal(await check(await unknownKid(issuer, '2')), 'JWKSNoMatchingKey') // the name that the next key will have
  await issuer.rotate()
  const next = await issuer.token()
  clock.now += SECOND
  assert.equal(await check(next), 'come back in 4 s')
  for (let n = 0; n < 50; n++) assert.equal(await check(await unknownKid(issuer, `kid-${n}`)), 'come back in 4 s')
  assert.equal(fetches(), 2)
  clock.now += 4 * SECOND
  assert.equal(await check(await unknownKid(issuer, 'one more')), 'JWKSNoMatchingKey') // this one pays for the fetch
  assert.equal(await check(next), 'good')
  assert.equal(fetches(), 3)
})

test('a fetch that began before the token came proves nothing about its key', async (t) => {
  const { issuer, clock, check } = await keySetOf(t)
  await check(await issuer.token())
  const before = await issuer.publicKey()
  let asked!: () => void
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  let answer!: () => void
  issuer.answers.set('/jwks', (_request, response) => {
    answer = () => void response.end(JSON.stringify({ keys: [before] }))
    asked()
  })
  clock.now = SECOND
  const first = check(await unknownKid(issuer))
  await isAsked
  await issuer.rotate()
  clock.now += SECOND
  const second = check(await issuer.token())
  answer()
  assert.deepEqual(await Promise.all([first, second]), ['JWKSNoMatchingKey', 'come back in 4 s'])
})

test('a token of a key that the issuer has withdrawn is refused at once', async (t) => {
  const { issuer, check, fetches } = await keySetOf(t)
  const old = await issuer.token()
  assert.equal(await check(old), 'good')
  await issuer.rotate()
  assert.equal(await check(await issuer.token()), 'good')
  assert.equal(await check(old), 'JWKSNoMatchingKey')
  assert.equal(fetches(), 2)
})

test('an issuer that is gone is bridged for 24 h, with one line of log; then one more, and nobody is let in', async (t) => {
  const told: [string, number][] = []
  const { issuer, clock, check, fetches } = await keySetOf(t, (reason, _cause, left) => told.push([reason, left]))
  const good = await issuer.token()
  assert.equal(await check(good), 'good')
  fail(issuer)
  clock.now = HOUR / 6 + 1
  for (let n = 0; n < 20; n++) {
    assert.equal(await check(good), 'good')
    clock.now += SECOND
  }
  assert.match(await check(await unknownKid(issuer)), /^come back in [1-5] s/)
  clock.now = 24 * HOUR - 1
  assert.equal(await check(good), 'good')
  assert.deepEqual(told, [['keys-unavailable', 24 * 3600 - 601]])
  clock.now = 24 * HOUR + 10 * SECOND
  assert.equal(await check(good), 'come back in 5 s')
  assert.equal(await check(good), 'come back in 5 s')
  assert.deepEqual(told.slice(1), [['keys-unavailable', 0]])
  const failed = fetches()
  issuer.answers.clear()
  clock.now += 5 * SECOND
  assert.equal(await check(good), 'good')
  assert.equal(fetches(), failed + 1)
})

test('in an outage nobody waits for an issuer who does not answer', async (t) => {
  const { issuer, clock, check } = await keySetOf(t)
  const good = await issuer.token()
  await check(good)
  fail(issuer)
  clock.now = HOUR
  assert.equal(await check(good), 'good')
  const open = new Promise<() => void>((resolve) =>
    issuer.answers.set('/jwks', (_request, response) => resolve(() => void response.writeHead(500).end())),
  )
  clock.now += 5 * SECOND
  assert.equal(await check(good), 'good') // while the issuer has said nothing yet
  ;(await open)()
})

test('a log that throws keeps nobody out', async (t) => {
  const { issuer, clock, check } = await keySetOf(t, () => {
    throw new Error('the disk is full')
  })
  const good = await issuer.token()
  await check(good)
  fail(issuer)
  clock.now = HOUR
  assert.equal(await check(good), 'good')
  clock.now += HOUR
  assert.equal(await check(good), 'good')
})

test('keys without a kid: each that may be the one is tried, and the next key is found too', async (t) => {
  const { issuer, clock, check, fetches } = await keySetOf(t)
  const pairs = await Promise.all([1, 2, 3].map(() => jose.generateKeyPair('ES256', { extractable: true })))
  const jwks = await Promise.all(pairs.map(({ publicKey }) => jose.exportJWK(publicKey)))
  const tokens = await Promise.all(pairs.map(({ privateKey }) => issuer.token({}, { kid: undefined }, privateKey)))
  publish(issuer, jwks.slice(0, 2))
  assert.deepEqual(await Promise.all(tokens.slice(0, 2).map(check)), ['good', 'good'])
  assert.equal(fetches(), 1)
  publish(issuer, jwks.slice(2)) // one key without a name takes the place of two
  clock.now = SECOND
  assert.equal(await check(tokens[2]!), 'good')
  const forged = await issuer.token({}, { kid: undefined }, stranger.key)
  assert.equal(await check(forged), 'come back in 5 s')
  clock.now += 5 * SECOND
  assert.deepEqual([await check(forged), await check(forged)], ['JWKSNoMatchingKey', 'JWKSNoMatchingKey'])
  assert.equal(fetches(), 3)
})

test('two keys of one kid: the one that has signed counts', async (t) => {
  const { issuer, check } = await keySetOf(t)
  publish(issuer, [{ ...(await stranger.publicKey()), kid: '1' }, await issuer.publicKey()])
  assert.equal(await check(await issuer.token()), 'good')
})

test('what is no key in a key set, or cannot be used, does not spoil those that can', async (t) => {
  const told: string[] = []
  const { issuer, check, fetches } = await keySetOf(t, (reason) => told.push(reason))
  const key = await issuer.publicKey()
  const weak = await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  )
  const garbage = [
    null,
    7,
    'key',
    [],
    [key],
    {},
    { kty: 5 },
    { kid: 9, kty: 'EC' },
    { ...key, kid: { toString: 1 } },
    { ...key, kid: 'broken', x: '!' },
    { ...key, kid: 'broken-too', x: 7 },
    { ...key, kid: '1', use: 'enc' },
    { ...key, kid: 'ops', key_ops: 'verify' },
    { kty: 'oct', k: 'c2VjcmV0', kid: '1' },
    { ...(await crypto.subtle.exportKey('jwk', weak.publicKey)), alg: 'RS256', kid: 'weak' },
  ]
  publish(issuer, [...garbage, key])
  assert.equal(await check(await issuer.token()), 'good')
  for (const kid of ['broken', 'broken-too', 'weak', 'broken']) {
    const signed = kid === 'weak' ? `${part({ alg: 'RS256', kid })}.${part({})}.AAAA` : await unknownKid(issuer, kid)
    assert.match(await check(signed), /^JWKSInvalid|^JWKSNoMatchingKey|^JWSSignature/, kid)
  }
  assert.deepEqual(told, ['key-unusable'])
  assert.ok(fetches() <= 2)
})

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a kid that is no text is refused without a fetch; one of any length is as unknown as another', async (t) => {
  const { issuer, clock, check, fetches } = await keySetOf(t)
  await check(await issuer.token())
  const [, claims, signature] = (await issuer.token()).split('.')
  clock.now = SECOND
  for (const kid of [1, 0, null, true, {}, [], ['1'], { toString: '1' }])
    assert.equal(await check(`${part({ alg: 'ES256', kid })}.${claims}.${signature}`), 'JWKSNoMatchingKey')
  assert.equal(fetches(), 1)
  assert.equal(
    await check(`${part({ alg: 'ES256', kid: 'x'.repeat(1e6) })}.${claims}.${signature}`),
    'JWKSNoMatchingKey',
  )
  assert.equal(await check(`${part({ alg: 'ES256', kid: '' })}.${claims}.${signature}`), 'come back in 5 s')
  assert.equal(fetches(), 2)
})

// By the wire

const logged: LogEntry[] = []
async function started(t: TestContext, issuer: Issuer, log: Log = (entry) => void logged.push(entry)) {
  const auth = await oauthResource({ issuer: issuer.url, resource: RESOURCE, jwksUri: `${issuer.url}/jwks`, log })
  const { url, close } = await serve({ name: 't', version: '1', port: 0, auth, log: () => {} })
  t.after(close)
  return async (token: string): Promise<Answer> => {
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {} },
    }
    return post(`${url}/mcp`, body, { authorization: `Bearer ${token}` })
  }
}
const said = ({ text }: Answer): string => JSON.parse(text).error.message

test('by the wire: 503 with the seconds to wait, and 200 after them', async (t) => {
  const clock = { now: 0 }
  t.mock.method(performance, 'now', () => clock.now)
  const issuer = await freshIssuer(t)
  const call = await started(t, issuer)
  assert.equal((await call(await issuer.token())).status, 200)
  assert.equal((await call(await unknownKid(issuer, 'garbage'))).status, 401)
  await issuer.rotate()
  const next = await issuer.token()
  const early = await call(next)
  assert.deepEqual([early.status, early.headers['retry-after']], [503, '5'])
  assert.equal(said(early), 'The key of this token is not known yet. Come back in a few seconds.')
  assert.equal(early.headers['www-authenticate'], undefined)
  clock.now += 5 * SECOND
  assert.equal((await call(next)).status, 200)
})

test('by the wire: an outage is a warning in the log, once, with the time for which the keys still count', async (t) => {
  const clock = { now: 0 }
  t.mock.method(performance, 'now', () => clock.now)
  const issuer = await freshIssuer(t)
  const call = await started(t, issuer)
  const good = await issuer.token()
  assert.equal((await call(good)).status, 200)
  issuer.close()
  logged.length = 0
  for (const minutes of [11, 12, 60]) {
    clock.now = minutes * 60 * SECOND
    assert.equal((await call(good)).status, 200)
  }
  const secondsLeft = 24 * 3600 - 11 * 60
  assert.deepEqual(
    logged.map(({ cause: _cause, ...entry }) => entry),
    [{ level: 'warn', reason: 'keys-unavailable', issuer: issuer.url, secondsLeft }],
  )
})

test('a token that says itself that it is not for us, or over, costs no fetch', async (t) => {
  const issuer = await freshIssuer(t)
  const call = await started(t, issuer)
  const past = Math.floor(Date.now() / 1000) - 40
  for (const [claims, why] of [
    [{ iss: stranger.url }, /does not count here/],
    [{ iss: [issuer.url] }, /does not count here/],
    [{ aud: 'https://other.example' }, /does not count here/],
    [{ aud: 7 }, /does not count here/],
    [{ aud: [null, {}] }, /does not count here/],
    [{ exp: '9' }, /does not count here/],
    [{ exp: undefined }, /does not count here/],
    [{ exp: past }, /has expired/],
    [{ exp: -1 }, /has expired/],
  ] as const) {
    const refused = await call(await issuer.token(claims, { kid: 'unknown' }, stranger.key))
    assert.equal(refused.status, 401)
    assert.match(said(refused), why)
  }
  assert.deepEqual(issuer.asked, [])
})
