import { createHash } from 'node:crypto'
import type { FlattenedJWSInput, JWK, JWTHeaderParameters, JWTVerifyGetKey } from 'jose'
import { getJson, trustedUrl } from './trusted-json.ts'

type Jose = typeof import('jose')

/** How long keys count before they are fetched again. */
const FRESH_MS = 10 * 60_000
/**
 * How long they count where that fails (stale-if-error, RFC 5861): an outage lasts hours, and a key that the issuer
 * withdraws in it should not count for much longer than a day.
 */
const STALE_MS = 24 * 60 * 60_000
/** How long nothing is fetched after a fetch that failed, or one for a key that was not among those known. */
const PAUSE_MS = 5_000
/** How long a token is refused at once whose key the issuer turned out not to have, and how many are remembered. */
const MISS_MS = 30_000
const MAX_MISSES = 1_000

/** The issuer's keys cannot be had at the moment, or those at hand may be older than the token. */
export class KeysUnavailable extends Error {
  readonly retryAfter: number // seconds

  constructor(message: string, waitMs: number) {
    super(message)
    this.retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
  }
}

/** Told once of each outage, and once more when the keys at hand no longer count; once of a key that cannot be used. */
export type Complain = (reason: Reason, cause: unknown, secondsLeft: number) => void
type Reason = 'keys-unavailable' | 'key-unusable'

/** Keys, their names, and which fetch they are of, begun when. */
interface Fetched {
  readonly find: JWTVerifyGetKey
  readonly names: ReadonlySet<string>
  readonly number: number
  readonly at: number
  complained: boolean
}

/**
 * Finds the issuer's key for a token. One whose key is not among those known has them fetched again, so that the issuer
 * can change them; but only every 5 s, so that nobody makes us flood it. In between its caller is asked to come back,
 * not refused: others may have used up the fetch, and the keys at hand may be older than the token.
 * The function rejects with KeysUnavailable, or with what jose says.
 */
export function createKeySet(
  jose: Jose,
  locate: () => Promise<URL>,
  complain: Complain,
  now: () => number = () => performance.now(),
): JWTVerifyGetKey {
  let known: Fetched | undefined
  let fetching: Promise<void> | undefined
  let begun = 0 // fetches
  let notBefore = -Infinity // of the next fetch
  let outage: 'none' | 'bridged' | 'felt' = 'none'
  // Tokens whose key the issuer did not have, and keys that it has withdrawn, and when; the oldest first. Not the names
  // of other keys: else a stranger who guesses the next one could keep out those whom it will let in.
  const misses = new Map<string, number>()

  /** How long the known keys still count without new ones. */
  const leftMs = (): number => (known ? Math.max(0, known.at + STALE_MS - now()) : 0)

  /** Never rejects. Whoever comes while keys are on their way waits for the same. */
  const fetchKeys = (): Promise<void> => (fetching ??= fetchOnce().finally(() => (fetching = undefined)))

  async function fetchOnce(): Promise<void> {
    const [number, at] = [++begun, now()]
    try {
      const withdrawn = known?.names ?? []
      known = { ...keysOf(jose, await getJson(await locate())), number, at, complained: false }
      for (const name of withdrawn) if (!known.names.has(name)) remember(name, at)
      outage = 'none'
    } catch (cause) {
      const before = outage
      outage = leftMs() > 0 ? 'bridged' : 'felt'
      notBefore = now() + PAUSE_MS
      if (outage !== before) tell('keys-unavailable', cause)
    }
  }

  function tell(reason: Reason, cause: unknown): void {
    try {
      complain(reason, cause, Math.floor(leftMs() / 1000))
    } catch {
      // a log that cannot be written keeps nobody out
    }
  }

  const unavailable = (): KeysUnavailable =>
    new KeysUnavailable(
      outage === 'none'
        ? 'The key of this token is not known yet. Come back in a few seconds.'
        : 'The authorization server does not answer. Come back later.',
      notBefore - now(),
    )

  /** Keys that count. In an outage nobody waits for new ones who can do with the old. */
  async function currentKeys(): Promise<Fetched> {
    if (known && now() - known.at <= FRESH_MS) return known
    if (fetching || now() >= notBefore) {
      const fetched = fetchKeys()
      if (outage !== 'bridged' || leftMs() === 0) await fetched
    }
    if (!known || leftMs() === 0) throw unavailable()
    return known
  }

  async function newerKeys(than: Fetched): Promise<Fetched> {
    if (known === than && !fetching && now() >= notBefore) {
      notBefore = now() + PAUSE_MS
      void fetchKeys()
    }
    if (known === than) await fetching
    if (!known || known === than) throw unavailable()
    return known
  }

  const isMiss = (name: string): boolean => now() - (misses.get(name) ?? -Infinity) < MISS_MS

  function remember(miss: string, at: number): void {
    misses.delete(miss)
    misses.set(miss, at)
    const [oldest] = misses.keys()
    if (misses.size > MAX_MISSES) misses.delete(oldest!)
  }

  return async (header, token) => {
    const cameAfter = begun
    let keys = await currentKeys()
    for (;;) {
      try {
        return await keyOf(jose, keys.find, header, token)
      } catch (error) {
        if (!(error instanceof jose.errors.JOSEError)) {
          if (!keys.complained) tell('key-unusable', error)
          keys.complained = true
          throw new jose.errors.JWKSInvalid('This key of the issuer cannot be used.', { cause: error })
        }
        const { kid } = header as { kid?: unknown }
        const isNamed = typeof kid === 'string'
        if (!(error instanceof jose.errors.JWKSNoMatchingKey) || (kid !== undefined && !isNamed)) throw error
        const itself = digest(JSON.stringify(token))
        if (isMiss(itself) || (isNamed && isMiss(digest(kid)))) throw error
        if (keys.number > cameAfter) {
          remember(itself, keys.at) // asked after the token came, the issuer did not have its key
          throw error
        }
        keys = await newerKeys(keys)
      }
    }
  }
}

/** The keys of a JWK set (RFC 7517, section 5). Members that are no objects are left out: the others still count. */
function keysOf(jose: Jose, set: Record<string, unknown> | undefined): Pick<Fetched, 'find' | 'names'> {
  const members: unknown = set?.['keys']
  if (!Array.isArray(members)) throw new Error('the key set is malformed: it has no list of keys')
  const keys = members.filter((key) => typeof key === 'object' && key !== null && !Array.isArray(key)) as JWK[]
  const kids = keys.map(({ kid }) => kid).filter((kid) => typeof kid === 'string')
  return { find: jose.createLocalJWKSet({ keys }), names: new Set(kids.map(digest)) }
}

/** The key of a token. Several may match one that does not name it (`kid` is optional): it is the one that signed it. */
async function keyOf(jose: Jose, find: JWTVerifyGetKey, header: JWTHeaderParameters, token: FlattenedJWSInput) {
  const { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } = jose.errors
  let keys
  try {
    const key = await find(header, token)
    if (header.kid !== undefined) return checkLength(key)
    keys = [key]
  } catch (error) {
    if (!(error instanceof JWKSMultipleMatchingKeys)) throw error
    keys = error
  }
  for await (const key of keys) {
    const hasSigned = await jose.flattenedVerify(token, key).then(
      () => true,
      () => false,
    )
    if (hasSigned) return key
  }
  throw new JWKSNoMatchingKey()
}

/** RFC 7518, section 3.3: an RSA key has 2,048 bits or more. */
function checkLength<Key>(key: Key): Key {
  const { modulusLength = 2048 } = (key as { algorithm?: { modulusLength?: number } }).algorithm ?? {}
  if (modulusLength < 2048) throw new TypeError(`a key of the issuer has ${modulusLength} bits`)
  return key
}

/** What is kept of a name or a token: either may be long. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64')

/** Where the issuer keeps its keys: RFC 8414 section 3, then OpenID Connect Discovery 1.0 section 4. */
export async function discover(issuer: string): Promise<URL> {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  const [oauth, openid] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  for (const where of [oauth + path, openid + path, path + openid]) {
    const metadata = await getJson(new URL(where, issuer))
    if (!metadata) continue
    // Else one issuer could give out keys in the name of another. RFC 8414 section 3.3.
    if (metadata['issuer'] !== issuer) throw new Error(`the metadata at ${where} is of another issuer`)
    return trustedUrl('jwks_uri', String(metadata['jwks_uri']))
  }
  throw new Error('the issuer has no metadata')
}
