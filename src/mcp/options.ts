import { isRecord } from '../jsonrpc/index.ts'
import { LIMITS } from '../bounds/limits.ts'
import { parseUrl } from '../url.ts'

/** Throws TypeError with a sentence that says what to do: plain JavaScript has no types to say it before. */
export function must(fits: boolean, sentence: string): asserts fits {
  if (!fits) throw new TypeError(sentence)
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const isFunction = (value: unknown): boolean => typeof value === 'function'
const areNamed = (list: unknown): boolean => Array.isArray(list) && list.every((one) => EXTENSION_ID.test(one?.id))
const EXTENSION_ID = /^[\w.-]+\/[\w.-]+$/
const isSecret = (value: unknown): boolean => isText(value) || (value instanceof Uint8Array && value.length > 0)
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
  ['tools resources resourceTemplates prompts allowedHosts allowedOrigins trustProxy', 'a list', Array.isArray],
  ['extensions', 'a list, each with an id like com.example/thing', areNamed],
  ['log fallback admit addressOf', 'a function', isFunction],
  ['serverSecret', 'a text or bytes, 32 random ones say', isSecret],
  ['auth', 'an object, as bearerToken() and oauthResource() make it', isAuth],
  ['limits', 'an object, { maxSessions: 100 } say', isRecord],
  ['publicUrl', 'a URL of http or https', (url: unknown) => /^https?:$/.test(parseUrl(String(url))?.protocol ?? '')],
  ['engine', 'an object, as redisEngine() makes it', (engine: unknown) => isFunction(Object(engine).open)],
  ['nodeId', 'a name of letters, digits and hyphens, 32 at most', (id: unknown) => /^[\w-]{1,32}$/.test(String(id))],
] as const

/** All options there are, of whichever function makes the server. A test keeps the list. */
export const OPTION_NAMES = `name version title description icons websiteUrl instructions tools resources
  resourceTemplates prompts extensions listChanged pageSize serverSecret nodeId changes limits log auth admit
  allowedHosts allowedOrigins anyUrl publicUrl addressOf engine fallback bodyMs port host trustProxy
  allowUnauthorized`.split(/\s+/)

/** Checks the options of a server, in whichever way it is made. What is no option is misspelt, and so without effect. */
export function checkOptions(given: unknown): void {
  must(isRecord(given), "A server needs options: { name: 'mine', version: '1.0.0', tools: [hello] }.")
  for (const name of Object.keys(given))
    // of a limit that stands here, `limitsFrom` says more
    must(
      OPTION_NAMES.includes(name) || Object.hasOwn(LIMITS, name),
      `There is no option ${name}. There are ${OPTION_NAMES.join(', ')}.`,
    )
  for (const name of ['name', 'version'])
    must(isText(given[name]), `The option ${name} is missing: the server's ${name}, a text, for clients to show.`)
  for (const [names, what, fits] of OPTIONS)
    for (const name of names.split(' '))
      must(given[name] === undefined || fits(given[name] as never), `The option ${name} must be ${what}.`)
}
