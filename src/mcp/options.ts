import { isRecord } from '../jsonrpc/index.ts'
import { parseUrl } from '../url.ts'

/** Throws TypeError with a sentence that says what to do: plain JavaScript has no types to say it before. */
export function must(fits: boolean, sentence: string): asserts fits {
  if (!fits) throw new TypeError(sentence)
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const isFunction = (value: unknown): boolean => typeof value === 'function'
const areNamed = (list: unknown): boolean => Array.isArray(list) && list.every((one) => EXTENSION_ID.test(one?.id))
const EXTENSION_ID = /^[\w.-]+\/[\w.-]+$/
const isAuth = (value: unknown): boolean => isFunction(Object(value).authorize)

/** The entries of a list by their keys. Throws TypeError where two have the same. */
export function indexBy<T>(list: readonly T[], keyOf: (one: T) => string, what: string): Map<string, T> {
  const index = new Map<string, T>()
  for (const one of list) {
    must(!index.has(keyOf(one)), `Two ${what} ${JSON.stringify(keyOf(one))}: each needs its own.`)
    index.set(keyOf(one), one)
  }
  return index
}

const OPTIONS = [
  ['tools resources resourceTemplates prompts allowedHosts allowedOrigins', 'a list', Array.isArray],
  ['extensions', 'a list, each with an id like com.example/thing', areNamed],
  ['log fallback admit', 'a function', isFunction],
  ['auth', 'an object, as bearerToken() and oauthResource() make it', isAuth],
  ['limits', 'an object, { maxSessions: 100 } say', isRecord],
  ['publicUrl', 'a URL', (url: unknown) => parseUrl(String(url)) !== undefined],
  ['engine', 'an object, as redisEngine() makes it', (engine: unknown) => isFunction(Object(engine).open)],
  ['nodeId', 'a name of letters, digits and hyphens, 32 at most', (id: unknown) => /^[\w-]{1,32}$/.test(String(id))],
] as const

/** Checks the options of a server, in whichever way it is made. */
export function checkOptions(given: unknown): void {
  must(isRecord(given), "A server needs options: { name: 'mine', version: '1.0.0', tools: [hello] }.")
  for (const name of ['name', 'version'])
    must(isText(given[name]), `The option ${name} is missing: the server's ${name}, a text, for clients to show.`)
  for (const [names, what, fits] of OPTIONS)
    for (const name of names.split(' '))
      must(given[name] === undefined || fits(given[name] as never), `The option ${name} must be ${what}.`)
}
