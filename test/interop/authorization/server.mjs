// A real authorization server, oidc-provider, with one program that acts for itself and one that acts for a person.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const REDIRECT = 'http://127.0.0.1:1/callback' // nobody listens there: the code is read from the redirect itself
const SCOPES = 'mcp:call mcp:read'

/**
 * @param {{ resources: readonly string[], lifetimeSeconds?: number }} options `resources`: what it gives tokens for
 */
export async function startAuthorizationServer({ resources, lifetimeSeconds = 60 }) {
  let answer = (_request, response) => void response.writeHead(503).end()
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  let keys = 0

  /** Starts anew with another key. Its memory is gone too: whoever was logged in does it again. */
  async function rotate() {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    const key = await crypto.subtle.exportKey('jwk', privateKey)
    const provider = new Provider(url, {
      jwks: { keys: [{ ...key, kid: `key-${++keys}`, alg: 'ES256', use: 'sig', key_ops: undefined }] },
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      cookies: { keys: ['a key for the cookies of a test'] },
      pkce: { required: () => true },
      scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
      ttl: { AccessToken: lifetimeSeconds, ClientCredentials: lifetimeSeconds },
      rotateRefreshToken: false,
      features: {
        devInteractions: { enabled: true },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo(_context, resource) {
            if (!resources.includes(resource)) throw new Error(`no tokens for ${resource}`)
            return {
              scope: SCOPES,
              audience: resource,
              accessTokenFormat: 'jwt',
              accessTokenTTL: lifetimeSeconds,
              jwt: { sign: { alg: 'ES256' } },
            }
          },
        },
      },
      clients: [
        {
          client_id: 'robot',
          client_secret: 'secret',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
        {
          client_id: 'app',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: [REDIRECT],
          application_type: 'native',
        },
      ],
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    })
    answer = provider.callback()
  }

  async function ask(parameters) {
    const response = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(parameters) })
    const tokens = await response.json()
    if (!response.ok) throw new Error(`${tokens.error}: ${tokens.error_description}`)
    return tokens
  }

  await rotate()
  return {
    url,
    rotate,
    /** Client credentials: a token for the program itself. */
    async robotToken(resource, scope = SCOPES) {
      const grant = { grant_type: 'client_credentials', client_id: 'robot', client_secret: 'secret' }
      return (await ask({ ...grant, resource, scope })).access_token
    },
    /** Authorization code with PKCE: somebody logs in and agrees. */
    async logIn(login, resource) {
      const verifier = randomBytes(32).toString('base64url')
      const code = await agree(
        `${url}/auth?${new URLSearchParams({
          response_type: 'code',
          client_id: 'app',
          redirect_uri: REDIRECT,
          scope: `openid offline_access ${SCOPES}`,
          prompt: 'consent',
          resource,
          code_challenge: createHash('sha256').update(verifier).digest('base64url'),
          code_challenge_method: 'S256',
        })}`,
        login,
      )
      const grant = { grant_type: 'authorization_code', client_id: 'app', redirect_uri: REDIRECT }
      return ask({ ...grant, code, code_verifier: verifier, resource })
    },
    refresh: (refreshToken, resource) =>
      ask({ grant_type: 'refresh_token', client_id: 'app', refresh_token: refreshToken, resource }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Does what a browser and its user would, up to the code: follows redirects, keeps cookies, fills in the two forms. */
export async function agree(authorizationUrl, login) {
  const cookies = new Map()
  let url = new URL(authorizationUrl)
  let body
  for (let step = 0; step < 20; step++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(url, { method: body ? 'POST' : 'GET', body, headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      cookies.set(name, value)
    }
    body = undefined
    const location = response.headers.get('location')
    if (location) {
      url = new URL(location, url)
      if (url.href.startsWith(REDIRECT)) return url.searchParams.get('code')
      continue
    }
    const page = await response.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    if (!prompt) throw new Error(`no form in the answer ${response.status}: ${page.slice(0, 2000)}`)
    url = new URL(/action="([^"]+)"/.exec(page)[1], url)
    body = new URLSearchParams({ prompt, login, password: 'any' })
  }
  throw new Error('the login goes round in circles')
}
