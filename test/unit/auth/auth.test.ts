// Who is let in: T-80 to T-86, T-20, T-22, T-42, R-AU-1 to R-AU-13, R-SE-7, R-SE-12.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import fc from 'fast-check'
import * as jose from 'jose'
import { bearerToken, oauthResource, type OAuthResourceOptions } from '../../../src/auth/index.ts'
import { createMcpHandler, defineTool, serve, type Auth, type LogEntry, type ServeOptions } from '../../../src/index.ts'
import { readSettings } from '../../../src/app/settings.ts'
import { startIssuer, type Issuer } from '../../support/issuer.ts'
import { connectHttpSse, openEvents, post, rawExchange, request, type Answer } from '../../support/wire.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SECRET = 'a-secret-of-more-than-32-characters'
const RESOURCE = 'https://mcp.example'
const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const META = 'io.modelcontextprotocol/'

const tools = [
  defineTool({
    name: 'who',
    inputSchema: { type: 'object', properties: {} },
    run: (_args, { principal }) => JSON.stringify(principal) ?? 'nobody',
  }),
  defineTool({
    name: 'asks',
    inputSchema: { type: 'object', properties: {} },
    async run(_args, { ask }) {
      await ask({
        name: {
          method: 'elicitation/create',
          params: { message: 'Name?', requestedSchema: { type: 'object', properties: {} } },
        },
      })
      return 'asked'
    },
  }),
]
const logged: LogEntry[] = []
const log = (entry: LogEntry) => void logged.push(entry)
const options = { name: 'test', version: '1', tools, port: 0, log, listChanged: true }

async function start(more: Partial<ServeOptions>): Promise<string> {
  const { url, close } = await serve({ ...options, ...more })
  after(close)
  return url
}
async function freshIssuer(): Promise<Issuer> {
  const issuer = await startIssuer(RESOURCE)
  after(issuer.close)
  return issuer
}
const resourceFor = (issuer: Issuer, more: Partial<OAuthResourceOptions> = {}): Promise<Auth> =>
  oauthResource({ issuer: issuer.url, resource: RESOURCE, log, ...more })

const issuer = await freshIssuer()
const url = await start({ auth: await resourceFor(issuer) })
const fixed = await start({ auth: bearerToken(SECRET) })

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const rpc = (method: string, params: object = {}, id: number | string = 1) => ({ jsonrpc: '2.0', id, method, params })
const initialize = rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {} })
const errorOf = (answer: Answer): string => {
  const { jsonrpc, error, ...rest } = JSON.parse(answer.text)
  assert.deepEqual([jsonrpc, rest, answer.headers['content-type']], ['2.0', {}, 'application/json'])
  return error.message
}

/** A request of 2026-07-28, which needs no session. */
function modern(method: string, params: { name?: string } & object = {}): [object, Record<string, string>] {
  const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: { elicitation: {} } }
  const headers: Record<string, string> = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }
  if (params.name) headers['mcp-name'] = params.name
  return [rpc(method, { ...params, _meta }), headers]
}
async function call(at: string, token: string, name = 'who'): Promise<Answer> {
  const [body, headers] = modern('tools/call', { name })
  return post(at, body, { ...headers, ...bearer(token) })
}
async function statusFor(token: string, at = url): Promise<number> {
  return (await call(`${at}/mcp`, token)).status
}

/** Every way to speak MCP here. */
const DOORS = [
  ['GET', '/sse'],
  ['POST', '/sse'],
  ['GET', '/mcp'],
  ['POST', '/mcp'],
  ['DELETE', '/mcp'],
  ['POST', '/messages?sessionId=x'],
] as const
const knock = (base: string, [method, path]: readonly [string, string], headers = {}): Promise<Answer> =>
  request(method, base + path, { 'content-type': 'application/json', ...headers }, method === 'POST' ? '{}' : undefined)

// A fixed token

test('T-80: a token that could be guessed, or that no header can carry, is a TypeError that says how to make one', () => {
  for (const secret of ['', 'x'.repeat(31), `${'x'.repeat(31)} y`, `${'x'.repeat(32)}é`, `${'x'.repeat(32)}\n`])
    assert.throws(() => bearerToken(secret), { name: 'TypeError', message: /AUTH_TOKEN.*32.*randomBytes/s }, secret)
  bearerToken('x'.repeat(32))
})

test('T-81, R-AU-1: without a token every door answers 401 with a challenge that names no error', async () => {
  for (const door of DOORS) {
    const answer = await knock(fixed, door)
    assert.equal(answer.status, 401, door.join(' '))
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="mcp"')
    assert.match(errorOf(answer), /Authorization: Bearer/)
  }
})

test('T-80, R-AU-1: another token is answered 401 invalid_token at every door, the right one goes on', async () => {
  for (const door of DOORS) {
    for (const token of [`${SECRET}x`, SECRET.slice(1), SECRET.toUpperCase(), 'x']) {
      const answer = await knock(fixed, door, bearer(token))
      assert.equal(answer.status, 401, door.join(' '))
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="mcp", error="invalid_token"')
      assert.ok(!answer.text.includes(token))
    }
  }
  assert.equal((await call(`${fixed}/mcp`, SECRET)).status, 200)
  assert.equal((await post(`${fixed}/mcp`, initialize, { authorization: `bEARER  ${SECRET}` })).status, 200)
  const client = await connectHttpSse(fixed, bearer(SECRET))
  assert.equal((await client.post(rpc('ping'))).status, 401)
  assert.equal((await client.post(rpc('ping'), bearer(SECRET))).status, 202)
  client.destroy()
})

test('R-AU-10: an Authorization header that is none is answered 400 invalid_request; another scheme is no token', async () => {
  for (const authorization of ['Bearer', 'Bearer a b', 'Bearer a,b', 'Bearer "a"', 'Bearer =', 'Bearer é']) {
    const answer = await knock(fixed, DOORS[3], { authorization })
    assert.equal(answer.status, 400, authorization)
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="mcp", error="invalid_request"')
    errorOf(answer)
  }
  for (const authorization of ['Basic YTpi', SECRET, 'BearerX y', ''])
    assert.equal((await knock(fixed, DOORS[3], { authorization })).status, 401, authorization)
})

test('R-AU-10: of two Authorization headers none counts, whichever is right', async () => {
  const good = `Authorization: Bearer ${SECRET}\r\n`
  for (const pair of [good + 'authorization: Bearer x\r\n', 'AUTHORIZATION: Bearer x\r\n' + good, good + good])
    assert.match(
      await rawExchange(fixed, `GET /sse HTTP/1.1\r\nHost: localhost\r\n${pair}Connection: close\r\n\r\n`),
      /^HTTP\/1\.1 400 /,
    )
})

test('T-81, R-AU-9: a token in the URL is refused, right or wrong, also beside a right header', async () => {
  for (const [method, path] of DOORS)
    for (const query of [`access_token=${SECRET}`, `a=b&access_token=x`, `access%5Ftoken=${SECRET}`])
      for (const headers of [{}, bearer(SECRET)]) {
        const answer = await knock(fixed, [method, `${path}${path.includes('?') ? '&' : '?'}${query}`], headers)
        assert.equal(answer.status, 400, query)
        assert.match(errorOf(answer), /never in a URL/)
        assert.ok(!answer.text.includes(SECRET))
      }
})

test('R-AU-13, T-22: a preflight, the page and /health need no token; a page can read the 401', async () => {
  const origin = 'http://localhost:6274'
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  for (const path of ['/mcp', '/sse', '/messages']) {
    const { status, headers } = await request('OPTIONS', fixed + path, asked)
    assert.equal(status, 204)
    assert.match(headers['access-control-allow-headers']!, /Authorization/)
  }
  const { status, headers } = await knock(fixed, DOORS[3], { origin })
  assert.equal(status, 401)
  assert.equal(headers['access-control-allow-origin'], origin)
  assert.match(headers['access-control-expose-headers']!, /WWW-Authenticate/)
  const withPage = await start({
    auth: bearerToken(SECRET),
    fallback: (_request, response) => void response.end('page'),
  })
  for (const path of ['/', '/health']) assert.equal((await request('GET', withPage + path)).text, 'page')
})

test('T-20: a foreign Host or Origin is refused before the token is looked at', async () => {
  for (const base of [url, fixed])
    for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }]) {
      assert.equal((await knock(base, DOORS[3], { ...headers, ...bearer(SECRET) })).status, 403)
      assert.equal((await request('GET', base + WELL_KNOWN, headers)).status, 403)
    }
})

test('R-AU-11, R-AU-12: without an issuer all well-known paths answer a plain 404, and so do the old endpoints', async () => {
  const open = await start({})
  for (const base of [open, fixed])
    for (const path of [
      WELL_KNOWN,
      `${WELL_KNOWN}/mcp`,
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/authorize',
      '/register',
    ]) {
      const { status, headers } = await request('GET', base + path)
      assert.deepEqual([status, headers['content-type']], [404, 'text/plain'], path)
    }
  assert.equal((await request('GET', `${url}/.well-known/oauth-authorization-server`)).status, 404)
})

// An issuer's tokens

test('T-81, R-AU-2, R-AU-4: the challenge names the metadata of the URL asked about, and all scopes', async () => {
  const scoped = await start({ auth: await resourceFor(issuer, { requiredScopes: ['mcp:read', 'mcp:call'] }) })
  for (const door of DOORS) {
    const path = door[1].startsWith('/messages') ? '' : door[1]
    const metadata = `resource_metadata="${RESOURCE}${WELL_KNOWN}${path}"`
    const plain = await knock(url, door)
    assert.deepEqual([plain.status, plain.headers['www-authenticate']], [401, `Bearer ${metadata}`])
    const { headers } = await knock(scoped, door)
    assert.equal(headers['www-authenticate'], `Bearer ${metadata}, scope="mcp:read mcp:call"`)
    const bad = await knock(url, door, bearer('x.y.z'))
    assert.equal(bad.status, 401)
    assert.equal(bad.headers['www-authenticate'], `Bearer error="invalid_token", ${metadata}`)
    assert.match(errorOf(bad), new RegExp(`get one from ${issuer.url} for ${RESOURCE}`))
  }
})

test('T-84, R-AU-3: the metadata says whose tokens count, for each URL, to anybody, also to a page', async () => {
  const scoped = await start({ auth: await resourceFor(issuer, { requiredScopes: ['mcp:read'] }) })
  for (const path of ['', '/mcp', '/sse']) {
    const { status, headers, text } = await request('GET', url + WELL_KNOWN + path, { origin: 'http://localhost:1' })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/json')
    assert.match(headers['cache-control']!, /public, max-age=\d+/)
    assert.equal(headers['access-control-allow-origin'], 'http://localhost:1')
    assert.equal(headers['vary'], 'Origin')
    const document = {
      resource: RESOURCE + path,
      authorization_servers: [issuer.url],
      bearer_methods_supported: ['header'],
    }
    assert.deepEqual(JSON.parse(text), document)
    const withScopes = await request('GET', scoped + WELL_KNOWN + path)
    assert.equal(withScopes.headers['vary'], 'Origin')
    assert.deepEqual(JSON.parse(withScopes.text), { ...document, scopes_supported: ['mcp:read'] })
    assert.equal((await request('POST', url + WELL_KNOWN + path)).status, 405)
    assert.equal((await request('OPTIONS', url + WELL_KNOWN + path)).status, 204)
  }
  assert.equal((await request('GET', `${url}${WELL_KNOWN}/other`)).status, 404)
})

test('T-84: a server with a path of its own has it in its documents', async () => {
  const base = await start({ auth: await resourceFor(issuer, { resource: `${RESOURCE}/a/` }) })
  const { text } = await request('GET', `${base}${WELL_KNOWN}/a/mcp`)
  assert.equal(JSON.parse(text).resource, `${RESOURCE}/a/mcp`)
  const { headers } = await knock(base, DOORS[3])
  assert.equal(headers['www-authenticate'], `Bearer resource_metadata="${RESOURCE}${WELL_KNOWN}/a/mcp"`)
})

test('before another framework, the documents are ours and everything else is passed on', async () => {
  const handler = createMcpHandler({ ...options, auth: await resourceFor(issuer) })
  const server = createServer((incoming, response) => {
    void handler(incoming, response, () => void response.writeHead(299).end())
  })
  const base = await listen(server)
  assert.equal((await request('GET', `${base}${WELL_KNOWN}/mcp`)).status, 200)
  assert.equal((await request('GET', `${base}/other`)).status, 299)
  assert.equal((await request('GET', `${base}/sse`)).status, 401)
})

test('T-82, R-AU-7: a token for this server opens every door, and the tool learns whose it is', async () => {
  for (const aud of [RESOURCE, `${RESOURCE}/`, `${RESOURCE}/mcp`, `${RESOURCE}/sse`, ['https://x.example', RESOURCE]]) {
    const exp = Math.floor(Date.now() / 1000) + 60
    const token = await issuer.token({ aud, exp })
    for (const path of ['/mcp', '/sse']) {
      const { status, text } = await call(url + path, token)
      assert.equal(status, 200)
      const known = JSON.parse(JSON.parse(text).result.content[0].text)
      assert.deepEqual(known, { issuer: issuer.url, subject: 'ann', client: 'app', expiresAt: exp * 1000 })
    }
    const client = await connectHttpSse(url, bearer(token))
    assert.equal((await client.post(rpc('ping'), bearer(token))).status, 202)
    client.destroy()
  }
  const azp = await call(`${url}/mcp`, await issuer.token({ client_id: undefined, azp: 'other' }))
  assert.match(azp.text, /\\"client\\":\\"other\\"/)
  for (const typ of [undefined, 'AT+JWT', 'application/at+jwt'])
    assert.equal(await statusFor(await issuer.token({}, { typ })), 200)
})

for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA'])
  test(`T-82: ${alg} counts, and only where the list has it`, async () => {
    const other = await freshIssuer()
    await other.rotate(alg)
    const base = await start({ auth: await resourceFor(other) })
    assert.equal(await statusFor(await other.token(), base), 200)
    const without = await start({
      auth: await resourceFor(other, { algorithms: alg === 'RS256' ? ['ES256'] : ['RS256'] }),
    })
    assert.equal(await statusFor(await other.token(), without), 401)
  })

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = (from: number) => Math.floor(Date.now() / 1000) + from
const attacker = await freshIssuer()

// Each must be refused with a token that is right but for this.
const FORGED: Record<string, () => Promise<string> | string> = {
  'no signature at all (alg none)': async () => {
    const [, claims] = (await issuer.token()).split('.')
    return `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`
  },
  'an empty signature': async () => (await issuer.token()).replace(/[^.]*$/, ''),
  'a changed claim': async () => {
    const [head, , signature] = (await issuer.token()).split('.')
    return `${head}.${part({ iss: issuer.url, aud: RESOURCE, sub: 'root', exp: seconds(60) })}.${signature}`
  },
  'HS256 with the public key as its secret': async () => {
    const key = await issuer.publicKey()
    const pem = await jose.exportSPKI((await jose.importJWK(key, 'ES256', { extractable: true })) as jose.CryptoKey)
    return issuer.token({}, { alg: 'HS256' }, new Uint8Array(createSecretKey(Buffer.from(pem)).export()))
  },
  'the key of a stranger under a known kid': () => issuer.token({}, {}, attacker.key),
  'the key of a stranger, embedded (jwk)': async () =>
    issuer.token({}, { jwk: await attacker.publicKey() }, attacker.key),
  'the keys of a stranger, by their URL (jku)': () => issuer.token({}, { jku: `${attacker.url}/jwks` }, attacker.key),
  'a certificate of a stranger, by its URL (x5u)': () =>
    issuer.token({}, { x5u: `${attacker.url}/certificate` }, attacker.key),
  'an extension that must be understood (crit)': async () => {
    const head = part({ alg: 'ES256', kid: '1', typ: 'at+jwt', crit: ['x'], x: 1 })
    const claims = (await issuer.token()).split('.')[1]
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      issuer.key,
      Buffer.from(`${head}.${claims}`),
    )
    return `${head}.${claims}.${Buffer.from(signature).toString('base64url')}`
  },
  'an ID token (typ JWT)': () => issuer.token({}, { typ: 'JWT' }),
  'a token of another kind (typ)': () => issuer.token({}, { typ: 'logout+jwt' }),
  'another issuer': () => issuer.token({ iss: 'https://issuer.example' }),
  'the issuer with a slash': () => issuer.token({ iss: `${issuer.url}/` }),
  'no issuer': () => issuer.token({ iss: undefined }),
  'another audience': () => issuer.token({ aud: 'https://other.example/mcp' }),
  'an audience that begins like ours': () => issuer.token({ aud: `${RESOURCE}.evil.example` }),
  'an audience below ours': () => issuer.token({ aud: `${RESOURCE}/mcp/x` }),
  'no audience': () => issuer.token({ aud: undefined }),
  'no expiry': () => issuer.token({ exp: undefined }),
  'an expiry that is no number': () => issuer.token({ exp: '9999999999' }),
  'expired 40 s ago': () => issuer.token({ exp: seconds(-40) }),
  'not valid yet (nbf)': () => issuer.token({ nbf: seconds(40) }),
  'no subject': () => issuer.token({ sub: undefined }),
  'a key nobody has (kid)': () => issuer.token({}, { kid: 'unknown' }, attacker.key),
  'an encrypted token': async () =>
    new jose.EncryptJWT({ sub: 'ann' })
      .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256' })
      .encrypt(new Uint8Array(32)),
  'no token': () => 'no-token-at-all',
}
for (const [what, forge] of Object.entries(FORGED))
  test(`T-82, R-AU-7: refused as invalid_token: ${what}`, async () => {
    assert.equal(await statusFor(await issuer.token()), 200)
    const token = await forge()
    assert.equal(await statusFor(token), 401)
    for (const door of DOORS) {
      const answer = await knock(url, door, bearer(token))
      assert.equal(answer.status, 401, door.join(' '))
      assert.match(answer.headers['www-authenticate']!, /^Bearer error="invalid_token", resource_metadata="/)
      assert.ok(!answer.text.includes(token) && !JSON.stringify(answer.headers).includes(token))
    }
    assert.deepEqual(attacker.asked, [], 'nothing is fetched where a token says')
  })

test('a sub that is no text, none, or longer than 1,024 characters: 401 with a sentence; so with the client', async () => {
  for (const odd of [7, 0, true, {}, [], ['ann'], '', 'x'.repeat(1_025)])
    for (const name of ['sub', 'client_id']) {
      const answer = await call(`${url}/mcp`, await issuer.token({ [name]: odd }))
      assert.equal(answer.status, 401, `${name} ${JSON.stringify(odd)}`)
      assert.match(answer.headers['www-authenticate']!, /^Bearer error="invalid_token"/)
      assert.match(errorOf(answer), new RegExp(`claim ${name} .*must be text of 1 to 1024 characters`))
    }
  assert.equal(await statusFor(await issuer.token({ sub: null })), 401)
  const odd = await call(`${url}/mcp`, await issuer.token({ client_id: undefined, azp: { app: 1 } }))
  assert.match(errorOf(odd), /client_id \(or azp\)/)
  assert.equal(await statusFor(await issuer.token({ sub: 'x'.repeat(1_024), client_id: 'y'.repeat(1_024) })), 200)
  assert.equal(await statusFor(await issuer.token({ client_id: null })), 200)
  assert.equal(await statusFor(await issuer.token({ azp: 7 })), 200) // client_id says it already
})

test('a token may say that it ends after the last date there is; then that is its end', async () => {
  for (const exp of [8.64e12, 8.64e12 + 1, 1e300]) {
    const { text } = await call(`${url}/mcp`, await issuer.token({ exp }))
    assert.equal(JSON.parse(JSON.parse(text).result.content[0].text).expiresAt, 8.64e15)
  }
})

test('a type that is no text is not the one wanted; types are compared as media types', async () => {
  for (const typ of [7, null, {}, ['at+jwt']])
    assert.equal(await statusFor(await issuer.token({}, { typ: typ as unknown as string })), 401)
  const base = await start({ auth: await resourceFor(issuer, { types: ['JWT', 'application/at+jwt'] }) })
  for (const typ of ['jwt', 'at+jwt']) assert.equal(await statusFor(await issuer.token({}, { typ }), base), 200)
})

test('a scope is text, or a list of it; what else stands there grants nothing', async () => {
  const base = await start({ auth: await resourceFor(issuer, { requiredScopes: ['7'] }) })
  for (const scope of [7, [7], [['7']], { 7: 7 }, true, null])
    assert.equal(await statusFor(await issuer.token({ scope }), base), 403, JSON.stringify(scope))
  for (const scope of ['7', ['7', 8], 'a 7']) assert.equal(await statusFor(await issuer.token({ scope }), base), 200)
})

test('T-82: clocks may differ by 30 s', async () => {
  assert.equal(await statusFor(await issuer.token({ exp: seconds(-20) })), 200)
  assert.equal(await statusFor(await issuer.token({ nbf: seconds(20) })), 200)
})

test('T-82: another name for the type counts where it is listed', async () => {
  const base = await start({ auth: await resourceFor(issuer, { types: ['jwt'] }) })
  assert.equal(await statusFor(await issuer.token({}, { typ: 'JWT' }), base), 200)
  assert.equal(await statusFor(await issuer.token({}, { typ: 'at+jwt' }), base), 401)
})

test('T-82: a shared secret never counts, even where the list has it', async () => {
  const base = await start({ auth: await resourceFor(issuer, { algorithms: ['HS256', 'none', 'ES256'] }) })
  const [, claims] = (await issuer.token()).split('.')
  for (const token of [
    await issuer.token({}, { alg: 'HS256' }, new Uint8Array(32)),
    `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
    `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.eA`,
  ])
    assert.equal(await statusFor(token, base), 401)
  assert.equal(await statusFor(await issuer.token(), base), 200)
})

test('T-81, R-AU-5: a token with too few scopes is answered 403 insufficient_scope with all that it needs', async () => {
  const base = await start({ auth: await resourceFor(issuer, { requiredScopes: ['read', 'call'] }) })
  for (const scope of [undefined, '', 'read', 'call', 'readcall', 'READ CALL', 7]) {
    const answer = await call(`${base}/mcp`, await issuer.token({ scope }))
    assert.equal(answer.status, 403, String(scope))
    assert.equal(
      answer.headers['www-authenticate'],
      `Bearer error="insufficient_scope", resource_metadata="${RESOURCE}${WELL_KNOWN}/mcp", scope="read call"`,
    )
    assert.match(errorOf(answer), /scope read call/)
  }
  for (const claims of [{ scope: 'call x read' }, { scp: ['read', 'call'] }, { scp: 'read call' }])
    assert.equal(await statusFor(await issuer.token(claims), base), 200)
})

test('R-AU-5: a broader scope covers a narrower one, where you say how', async () => {
  const covers = (granted: string, required: string) => required === granted || required.startsWith(`${granted}:`)
  const base = await start({ auth: await resourceFor(issuer, { requiredScopes: ['mcp:call'], covers }) })
  assert.equal(await statusFor(await issuer.token({ scope: 'mcp' }), base), 200)
  assert.equal(await statusFor(await issuer.token({ scope: 'mc' }), base), 403)
})

test('R-AU-6: offline_access cannot be asked for, nor what is no scope', async () => {
  for (const scope of ['offline_access', '', 'a b', 'a"b', 'a\\b', 'é'])
    await assert.rejects(resourceFor(issuer, { requiredScopes: [scope] }), {
      name: 'TypeError',
      message: /AUTH_SCOPES/,
    })
})

test('T-83: a URL that others could read or change on the way is a TypeError', async () => {
  const bad = [
    'http://issuer.example',
    'ftp://127.0.0.1',
    'issuer.example',
    'https://a@b.example',
    'http://127.0.0.1.nip.io',
  ]
  for (const text of bad) {
    await assert.rejects(oauthResource({ issuer: text, resource: RESOURCE }), { message: /AUTH_ISSUER.*https/ }, text)
    await assert.rejects(resourceFor(issuer, { resource: text }), { message: /PUBLIC_URL.*https/ }, text)
    await assert.rejects(resourceFor(issuer, { jwksUri: text }), { message: /jwksUri.*https/ }, text)
  }
})

// The issuer's keys

test('T-83: keys are fetched once, however many tokens come at once', async () => {
  const other = await freshIssuer()
  const base = await start({ auth: await resourceFor(other) })
  const token = await other.token()
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, () => statusFor(token, base)))), new Set([200]))
  assert.deepEqual(other.asked, ['/.well-known/oauth-authorization-server', '/jwks'])
})

test('T-83: the issuer changes its keys, and the next token counts; one of the old key no longer does', async () => {
  const other = await freshIssuer()
  const base = await start({ auth: await resourceFor(other, { jwksUri: `${other.url}/jwks` }) })
  const old = await other.token()
  assert.equal(await statusFor(old, base), 200)
  await other.rotate()
  assert.equal(await statusFor(await other.token(), base), 200)
  assert.equal(await statusFor(old, base), 401)
  assert.deepEqual(other.asked, ['/jwks', '/jwks'])
})

test('T-83: a flood of unknown keys has them fetched once more and not again: 401, or 503 until the next fetch', async (t) => {
  t.mock.method(performance, 'now', () => 0)
  const other = await freshIssuer()
  const base = await start({ auth: await resourceFor(other, { jwksUri: `${other.url}/jwks` }) })
  const good = await other.token()
  assert.equal(await statusFor(good, base), 200)
  for (let i = 0; i < 30; i++) {
    const flood = await Promise.all(
      Array.from({ length: 5 }, async (_, j) =>
        statusFor(await other.token({}, { kid: `flood-${i}-${j}` }, attacker.key), base),
      ),
    )
    for (const status of flood) assert.ok([401, 503].includes(status), String(status))
  }
  assert.deepEqual(other.asked, ['/jwks', '/jwks'])
  assert.equal(await statusFor(good, base), 200)
})

test('T-83: metadata is found where RFC 8414 or OpenID Connect puts it, with the path of the issuer in both ways', async () => {
  for (const [path, where] of [
    ['', '/.well-known/openid-configuration'],
    ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
    ['/tenant', '/.well-known/openid-configuration/tenant'],
    ['/tenant', '/tenant/.well-known/openid-configuration'],
  ] as const) {
    const other = await freshIssuer()
    const iss = other.url + path
    other.answers.set(
      '/.well-known/oauth-authorization-server',
      (_request, response) => void response.writeHead(404).end(),
    )
    other.answers.set(
      where,
      (_request, response) => void response.end(JSON.stringify({ issuer: iss, jwks_uri: `${other.url}/jwks` })),
    )
    const base = await start({ auth: await resourceFor(other, { issuer: iss }) })
    assert.equal(await statusFor(await other.token({ iss }), base), 200, where)
  }
})

const METADATA = '/.well-known/oauth-authorization-server'
const own = ({ headers }: IncomingMessage) => `http://${headers.host}`
const send = (value: (request: IncomingMessage) => object) => (request: IncomingMessage, response: ServerResponse) =>
  void response.end(JSON.stringify(value(request)))

for (const [what, says, path, answer] of [
  ['metadata of another issuer', /of another issuer/, METADATA, send(() => ({ issuer: attacker.url }))],
  [
    'keys in clear text from elsewhere',
    /jwks_uri must be an https URL/,
    METADATA,
    send((request) => ({ issuer: own(request), jwks_uri: 'http://192.0.2.1/jwks' })),
  ],
  ['metadata without keys', /jwks_uri must be/, METADATA, send((request) => ({ issuer: own(request) }))],
  [
    'a redirect',
    /status 302/,
    '/jwks',
    (_request, response) => void response.writeHead(302, { location: `${attacker.url}/jwks` }).end(),
  ],
  ['no keys (404)', /malformed/, '/jwks', (_request, response) => void response.writeHead(404).end()],
  ['HTML', /JSON/, '/jwks', (_request, response) => void response.end('<html>')],
  ['no object', /no object/, '/jwks', (_request, response) => void response.end('null')],
  ['no key set', /malformed/, '/jwks', send(() => ({ keys: 1 }))],
  ['more than 256 KiB', /more than/, '/jwks', send(() => ({ keys: [], more: 'x'.repeat(256 * 1024) }))],
  ['a connection that breaks', /fetch failed/, '/jwks', (request) => void request.socket.destroy()],
] as [string, RegExp, string, (request: IncomingMessage, response: ServerResponse) => void][])
  test(`T-83: ${what}: 503 with Retry-After, and a line in the log`, async () => {
    const other = await freshIssuer()
    const lines: LogEntry[] = []
    const base = await start({ auth: await resourceFor(other, { log: (entry) => void lines.push(entry) }) })
    other.answers.set(path, answer)
    const token = await other.token()
    for (let i = 0; i < 3; i++) {
      const refused = await call(`${base}/mcp`, token)
      assert.equal(refused.status, 503)
      assert.ok(Number(refused.headers['retry-after']) > 0)
      assert.equal(errorOf(refused), 'The authorization server does not answer. Come back later.')
    }
    assert.ok(lines.length >= 1 && lines.length < 3)
    assert.deepEqual([lines[0]!.level, lines[0]!.reason], ['error', 'keys-unavailable'])
    assert.match(String(lines[0]!['cause']), says)
    assert.ok(!JSON.stringify(lines).includes(token))
    assert.deepEqual(attacker.asked, [])
  })

test('a client that leaves while keys are fetched leaves nothing behind', async () => {
  const other = await freshIssuer()
  let release = () => {}
  const reached = new Promise<void>((resolve) =>
    other.answers.set('/jwks', async (_request, response) => {
      resolve()
      await new Promise<void>((go) => (release = go))
      response.end(JSON.stringify({ keys: [await other.publicKey()] }))
    }),
  )
  const base = await start({ auth: await resourceFor(other), limits: { maxSessions: 1 } })
  const token = await other.token()
  const socket = net.connect(Number(new URL(base).port), '127.0.0.1')
  socket.write(`GET /sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  await reached
  socket.destroy()
  await once(socket, 'close')
  assert.equal((await request('GET', `${base}/health`)).status, 404) // by then the server knows of it too
  release()
  other.answers.clear()
  const client = await connectHttpSse(base, bearer(token)) // the only place is free
  client.destroy()
})

// Sessions

const ann = () => issuer.token()
const STRANGERS: Record<string, () => Promise<string>> = {
  'another subject': () => issuer.token({ sub: 'bob' }),
  'the same subject by another client': () => issuer.token({ client_id: 'other' }),
  'the same subject by no client': () => issuer.token({ client_id: undefined }),
}
async function openSession(): Promise<Record<string, string>> {
  const { headers } = await post(`${url}/mcp`, initialize, bearer(await ann()))
  return { 'mcp-session-id': String(headers['mcp-session-id']) }
}
const shape = ({ status, headers, text }: Answer) => ({ status, headers: { ...headers, date: '' }, text })

for (const [who, stranger] of Object.entries(STRANGERS))
  test(`T-85, T-42, R-SE-7: to ${who} a session is as unknown as one that never was`, async () => {
    const session = await openSession()
    const never = { 'mcp-session-id': '00000000-0000-4000-8000-000000000000' }
    const token = bearer(await stranger())
    for (const send of [
      (id: object) => post(`${url}/mcp`, rpc('ping'), { ...id, ...token }),
      (id: object) => post(`${url}/mcp`, { jsonrpc: '2.0', method: 'notifications/initialized' }, { ...id, ...token }),
      (id: object) => request('GET', `${url}/mcp`, { ...id, ...token }),
      (id: object) => request('GET', `${url}/mcp`, { ...id, ...token, 'last-event-id': 'get.0' }),
      (id: object) => request('DELETE', `${url}/mcp`, { ...id, ...token }),
    ]) {
      const answer = shape(await send(session))
      assert.equal(answer.status, 404)
      assert.deepEqual(answer, shape(await send(never)))
    }
    assert.equal((await post(`${url}/mcp`, initialize, { ...session, ...token })).status, 200)
    const mine = bearer(await ann())
    assert.equal((await post(`${url}/mcp`, rpc('ping'), { ...session, ...mine })).status, 200)

    const client = await connectHttpSse(url, mine)
    const foreign = shape(await client.post(rpc('ping'), token))
    assert.equal(foreign.status, 404)
    const unknown = `${url}/messages?sessionId=${never['mcp-session-id']}`
    assert.deepEqual(foreign, shape(await post(unknown, rpc('ping'), token)))
    assert.equal((await client.post(rpc('ping', {}, 'mine'), mine)).status, 202)
    assert.equal((await client.message()).id, 'mine')
    client.destroy()
  })

test('T-85, R-SE-7: what a session said before is repeated to its principal alone', async () => {
  const session = await openSession()
  const mine = { ...session, ...bearer(await ann()) }
  const stream = await openEvents(`${url}/mcp`, mine)
  await stream.event()
  const id = /^id: ?(.+)$/m.exec(stream.raw())![1]!
  stream.destroy()
  await stream.ended
  const last = { 'last-event-id': id }
  const bob = bearer(await issuer.token({ sub: 'bob' }))
  assert.equal((await request('GET', `${url}/mcp`, { ...session, ...bob, ...last })).status, 404)
  const own = await post(`${url}/mcp`, initialize, bob)
  const bobs = { 'mcp-session-id': String(own.headers['mcp-session-id']), ...bob }
  assert.equal((await request('GET', `${url}/mcp`, { ...bobs, ...last })).status, 400)
  const again = await openEvents(`${url}/mcp`, { ...mine, ...last })
  assert.equal(again.status, 200)
  again.destroy()
})

test('T-85: a fresh token of the same principal goes on in the session', async () => {
  const session = await openSession()
  const fresh = await issuer.token({ exp: seconds(3000), jti: 'fresh' })
  assert.equal((await post(`${url}/mcp`, rpc('ping'), { ...session, ...bearer(fresh) })).status, 200)
  assert.equal((await request('DELETE', `${url}/mcp`, { ...session, ...bearer(fresh) })).status, 204)
})

test('T-85, R-AU-1: in a session too every request needs its token, and one that still counts', async () => {
  const session = await openSession()
  const expired = bearer(await issuer.token({ exp: seconds(-31) }))
  for (const headers of [{}, expired])
    for (const method of ['GET', 'POST', 'DELETE'])
      assert.equal((await knock(url, [method, '/mcp'], { ...session, ...headers })).status, 401)
  assert.match(errorOf(await call(`${url}/mcp`, await issuer.token({ exp: seconds(-31) }))), /expired/)
  assert.equal((await post(`${url}/mcp`, rpc('ping'), { ...session, ...bearer(await ann()) })).status, 200)
})

test('R-MR-6: what one principal was asked is not answered by another', async () => {
  const [, headers] = modern('tools/call', { name: 'asks' })
  const { text } = await call(`${url}/mcp`, await ann(), 'asks')
  const { requestState } = JSON.parse(text).result
  const [retry] = modern('tools/call', {
    name: 'asks',
    requestState,
    inputResponses: { name: { action: 'accept', content: {} } },
  } as object)
  const answered = async (token: string) =>
    JSON.parse((await post(`${url}/mcp`, retry, { ...headers, ...bearer(token) })).text)
  for (const stranger of Object.values(STRANGERS))
    assert.match((await answered(await stranger())).error.message, /requestState is not the one of this request/)
  assert.equal((await answered(await ann())).result.content[0].text, 'asked')
})

test('T-85: an open stream ends with its token: /sse, the GET of a session, a subscription', async () => {
  const session = await openSession()
  const [listen, headers] = modern('subscriptions/listen', { notifications: { toolsListChanged: true } } as object)
  const exp = seconds(5)
  const token = bearer(await issuer.token({ exp }))
  const json = { 'content-type': 'application/json', ...headers, ...token }
  const streams = await Promise.all([
    openEvents(`${url}/sse`, token),
    openEvents(`${url}/mcp`, { ...session, ...token }),
    openEvents(`${url}/mcp`, json, JSON.stringify(listen)),
  ])
  for (const stream of streams) {
    assert.equal(stream.status, 200)
    await stream.event()
  }
  await Promise.all(streams.map(({ ended }) => ended))
  const late = Date.now() - exp * 1000
  assert.ok(late >= 0, `${late} ms after the expiry`) // and that they end at all
  const endpoint = /\/messages\?sessionId=[\w-]+/.exec(streams[0]!.raw())![0]
  assert.equal((await post(url + endpoint, rpc('ping'), bearer(await ann()))).status, 404)
  assert.equal((await post(`${url}/mcp`, rpc('ping'), { ...session, ...bearer(await ann()) })).status, 200)
})

test('T-85: a token for a hundred years keeps its stream open', async () => {
  const token = bearer(await issuer.token({ exp: seconds(100 * 365 * 86_400) }))
  const client = await connectHttpSse(url, token)
  await client.post(rpc('ping', {}, 7), token)
  assert.equal((await client.message()).id, 7)
  client.destroy()
})

// What must not get out

test('T-86, R-AU-8, R-SE-12: no answer and no log line has ever had a token in it; no text, whatever it is, is a 5xx', async () => {
  logged.length = 0
  const piece = fc.oneof(
    fc.constantFrom(
      '.',
      '..',
      'eyJhbGciOiJub25lIn0',
      part({ alg: 'ES256', kid: '1' }),
      part({ alg: 'EdDSA' }),
      '=',
      '~',
    ),
    fc.stringMatching(/^[\w.~+/-]{1,40}$/),
    fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'iss'), fc.jsonValue()).map(part),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('.')),
      async (token) => {
        const answer = await knock(url, DOORS[3], bearer(token))
        assert.ok([400, 401].includes(answer.status), `${answer.status}`)
        const said = answer.text + JSON.stringify([answer.headers, logged])
        if (token.length > 12) assert.ok(!said.includes(token))
      },
    ),
    { numRuns: 300 },
  )
  assert.ok(logged.every(({ level }) => level !== 'error'))
})

// Starting

test('T-20: a server that listens to others names in one message all that is missing, and the way out', async () => {
  const refused = (more: Partial<ServeOptions>) =>
    serve({ ...options, host: '0.0.0.0', ...more }).then(
      () => assert.fail('it started'),
      (error: Error) => {
        assert.equal(error.name, 'TypeError')
        return error.message
      },
    )
  const words = {
    auth: /AUTH_TOKEN or AUTH_ISSUER \(option auth\)/,
    out: /ALLOW_UNAUTHORIZED=yes \(option allowUnauthorized: true\)/,
    hosts: /ALLOWED_HOSTS \(option allowedHosts\)/,
  }
  const both = await refused({})
  for (const word of Object.values(words)) assert.match(both, word)
  const noHosts = await refused({ auth: bearerToken(SECRET) })
  assert.match(noHosts, words.hosts)
  assert.doesNotMatch(noHosts, words.auth)
  assert.match(await refused({ allowUnauthorized: true, allowedHosts: [] }), words.hosts)
  const noAuth = await refused({ allowedHosts: ['api.example'] })
  assert.match(noAuth, words.auth)
  assert.doesNotMatch(noAuth, words.hosts)
  await refused({ allowedHosts: ['api.example'], allowUnauthorized: 'yes' as unknown as boolean })
})

test('authorization by the environment: what it means', () => {
  const settings = readSettings(['--auth-token', 'b'], {
    AUTH_TOKEN: 'a',
    AUTH_SCOPES: 'a b, c',
    ALLOW_UNAUTHORIZED: 'yes',
  })
  assert.deepEqual([settings.authToken, settings.authScopes, settings.allowUnauthorized], ['b', ['a', 'b', 'c'], true])
  assert.equal(readSettings([], {}).allowUnauthorized, undefined)
  assert.throws(() => readSettings([], { ALLOW_UNAUTHORIZED: 'true' }), /ALLOW_UNAUTHORIZED.*yes, or not set/)
})

/** Runs a program of the source until it prints what is waited for, or ends. */
async function run(cwd: string, program: string, env: Record<string, string>, until: RegExp): Promise<string> {
  const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href
  const child = spawn(process.execPath, ['--import', tsx, program], { cwd, env: { ...process.env, PORT: '0', ...env } })
  let text = ''
  const seen = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (until.test(text)) resolve()
      })
    child.once('close', () => resolve())
  })
  try {
    await seen
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
    return found ? `${text}\nstatus ${(await post(`${found}/mcp`, initialize)).status}` : text
  } finally {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

test('the program asks for the token it was started with, and does not start with a weak one', async () => {
  const env = { HN_SOURCE: 'snapshot' }
  assert.match(
    await run(ROOT, 'src/main.ts', { ...env, AUTH_TOKEN: SECRET }, /Ctrl-C/),
    /Authorization: Bearer[^]*status 401/,
  )
  assert.match(await run(ROOT, 'src/main.ts', { ...env, AUTH_TOKEN: 'weak' }, /Ctrl-C/), /^sse-mcp: .*AUTH_TOKEN/)
  for (const [wrong, says] of [
    [{ AUTH_TOKEN: SECRET, AUTH_ISSUER: issuer.url }, /or AUTH_ISSUER, not both/],
    [{ AUTH_ISSUER: issuer.url }, /PUBLIC_URL/],
    [{ AUTH_SCOPES: 'a' }, /AUTH_ISSUER/],
  ] as const)
    assert.match(await run(ROOT, 'src/main.ts', { ...env, ...wrong }, /Ctrl-C/), says)
  const issued = { AUTH_ISSUER: issuer.url, PUBLIC_URL: RESOURCE }
  assert.match(await run(ROOT, 'src/main.ts', { ...env, ...issued }, /Ctrl-C/), /status 401/)
})

// The leaf

const copy = mkdtempSync(join(tmpdir(), 'sse-mcp-auth-'))
after(() => rmSync(copy, { recursive: true, force: true }))

test('the core is whole without src/auth: nothing of it is imported there, and a server starts where it is not', async () => {
  for (const folder of ['sse', 'jsonrpc', 'mcp', 'tools'])
    for (const file of readdirSync(join(ROOT, 'src', folder), { recursive: true }) as string[])
      if (file.endsWith('.ts'))
        assert.doesNotMatch(readFileSync(join(ROOT, 'src', folder, file), 'utf8'), /from '.*\/auth\/|jose/, file)
  for (const part of ['src', 'examples', 'web', 'data', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  mkdirSync(join(copy, 'node_modules'))
  symlinkSync(join(ROOT, 'node_modules/ajv'), join(copy, 'node_modules/ajv'), 'junction')
  rmSync(join(copy, 'src/auth'), { recursive: true })
  assert.match(await run(copy, 'src/main.ts', { HN_SOURCE: 'snapshot' }, /Ctrl-C/), /status 200/)
})

test('T-82: where jose is not installed, a fixed token works, and the issuer’s start says what to install', async () => {
  cpSync(join(ROOT, 'src/auth'), join(copy, 'src/auth'), { recursive: true })
  const env = { HN_SOURCE: 'snapshot' }
  assert.match(await run(copy, 'src/main.ts', { ...env, AUTH_TOKEN: SECRET }, /Ctrl-C/), /status 401/)
  const issued = { AUTH_ISSUER: issuer.url, PUBLIC_URL: RESOURCE }
  assert.match(await run(copy, 'src/main.ts', { ...env, ...issued }, /Ctrl-C/), /^sse-mcp: .*npm install jose\s*$/)
})

test('the page on authorization says the same in both languages: commands, and what stands in code', () => {
  const [english, chinese] = ['', '.zh-CN'].map((name) =>
    readFileSync(join(ROOT, `docs/authorization${name}.md`), 'utf8'),
  )
  const commands = (text: string) =>
    [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code!.replaceAll(/ +#.*/g, ''))
  const words = (text: string) =>
    [...text.replaceAll(/```.*?```/gs, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!).toSorted()
  assert.deepEqual(commands(chinese!), commands(english!))
  assert.deepEqual(words(chinese!), words(english!))
  for (const name of [
    'AUTH_TOKEN',
    '--auth-token',
    'AUTH_ISSUER',
    'AUTH_SCOPES',
    'PUBLIC_URL',
    'ALLOW_UNAUTHORIZED=yes',
  ])
    assert.ok(english!.includes(name), name)
})

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
