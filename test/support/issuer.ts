// A stand-in for an authorization server: its metadata, its keys, and tokens of any kind, true and forged.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as jose from 'jose'

export interface Issuer {
  url: string
  /** Paths that were asked for. */
  asked: string[]
  /** Answers a path in another way than usual. */
  answers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>
  /** The private key that signs now. */
  key: jose.CryptoKey
  /** Makes a new key the only one. */
  rotate(alg?: string): Promise<void>
  /** Signs; claims and header go over the usual ones, undefined takes one away. */
  token(claims?: object, header?: object, key?: jose.CryptoKey | Uint8Array): Promise<string>
  publicKey(): Promise<jose.JWK>
  close(): void
}

export async function startIssuer(resource: string): Promise<Issuer> {
  let kid = 0
  let keys: jose.JWK[] = []
  const json = (response: ServerResponse, value: unknown) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
  const server = createServer((request, response) => {
    const path = request.url!
    issuer.asked.push(path)
    const other = issuer.answers.get(path)
    if (other) other(request, response)
    else if (path === '/.well-known/oauth-authorization-server')
      json(response, { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` })
    else if (path === '/jwks') json(response, { keys })
    else response.writeHead(404).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answers: new Map(),
    key: undefined as unknown as jose.CryptoKey,
    async rotate(alg = 'ES256') {
      const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
      issuer.key = privateKey
      keys = [{ ...(await jose.exportJWK(publicKey)), kid: String(++kid), alg, use: 'sig' }]
    },
    async token(claims, header, key = issuer.key) {
      const now = Math.floor(Date.now() / 1000)
      const usual = { iss: issuer.url, aud: `${resource}/mcp`, sub: 'ann', client_id: 'app', exp: now + 300, iat: now }
      return new jose.SignJWT(defined({ ...usual, ...claims }))
        .setProtectedHeader(defined({ alg: keys[0]!.alg, kid: String(kid), typ: 'at+jwt', ...header }) as never)
        .sign(key)
    },
    publicKey: async () => keys[0]!,
    close: () => void server.close().closeAllConnections(),
  }
  await issuer.rotate()
  return issuer
}

const defined = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
