import { parseArgs } from 'node:util'
import { LIMITS, type HttpOptions, type SocketLimits } from '../mcp/index.ts'
import { flagOf, readLimit, variableOf } from '../bounds/limits.ts'

export { flagOf, variableOf }

export interface Settings extends Pick<
  HttpOptions,
  'allowedHosts' | 'allowedOrigins' | 'anyUrl' | 'publicUrl' | 'nodeId'
> {
  limits?: Partial<SocketLimits>
  allowUnauthorized?: boolean
  authToken?: string
  authIssuer?: string
  authScopes?: readonly string[]
  port?: number
  host?: string
  serverSecret?: string
  redisUrl?: string
  redisPrefix?: string
  metrics?: boolean
  trustProxy?: readonly string[]
  hnSource?: string
  hnBaseUrl?: string
  help?: boolean
}

/** How the text of a setting is read, what it is without, and what it means. */
type Setting = readonly [read: (text: string, name: string) => unknown, without: string, meaning: string]

/** Each by the name of its option or limit, which the variable and the flag have too (`variableOf`, `flagOf`). */
export const SETTINGS = new Map<string, Setting>([
  ['port', [portNumber, '3000', '0 lets the system choose']],
  ['host', [asItIs, '127.0.0.1', 'another address needs ALLOWED_HOSTS, and AUTH_TOKEN or AUTH_ISSUER']],
  ['allowedHosts', [list, 'localhost,127.0.0.1,[::1]', 'names in the Host header that are us, instead of these']],
  ['allowedOrigins', [list, 'the same, any port', 'origins whose pages may call, instead of these']],
  ['anyUrl', [onOrOff, 'on', 'off: /sse is HTTP+SSE only, /mcp the others']],
  ['publicUrl', [asItIs, 'where it listens', 'where clients find it behind a proxy, with the path before ours']],
  ['trustProxy', [list, 'none', 'proxies whose X-Forwarded-For counts: addresses, networks, or loopback']],
  ['authToken', [asItIs, 'none', 'what callers must know, 32 characters or more']],
  ['authIssuer', [asItIs, 'none', 'the authorization server whose tokens for PUBLIC_URL callers need']],
  ['authScopes', [words, 'none', 'what its tokens must allow']],
  ['allowUnauthorized', [yes, 'no', 'yes: anybody may call, also on another address']],
  ['serverSecret', [asItIs, 'random', 'signs what clients carry; processes that share clients share it']],
  ['nodeId', [asItIs, 'none', 'the name of this process among several: session ids begin with it']],
  ['redisUrl', [asItIs, 'none', 'Redis or Valkey, by which several processes serve the same sessions']],
  ['redisPrefix', [asItIs, 'sse-mcp', 'what its keys begin with']],
  ['metrics', [yes, 'no', 'yes: /metrics, for Prometheus on this machine, or for authorized callers']],
  ['hnSource', [asItIs, 'auto', 'live, snapshot, or auto: live, and the snapshot without a network']],
  ['hnBaseUrl', [asItIs, 'the public API', 'where the Hacker News API is']],
  ...Object.entries(LIMITS).map(([name, [without, what]]) => [name, [limit, String(without), what]] as const),
])

/** What the command line and the environment ask for; a flag wins over its variable. Throws Error with one sentence. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const flags = [...SETTINGS.keys()].map((name) => [flagOf(name), { type: 'string' }] as const)
  const { values } = parse(args, { ...Object.fromEntries(flags), help: { type: 'boolean' } })
  const settings: Record<string, unknown> = { help: values['help'] === true }
  const limits: Record<string, unknown> = {}
  for (const [name, [read]] of SETTINGS) {
    const text = values[flagOf(name)] ?? env[variableOf(name)]
    if (typeof text === 'string' && text !== '') (name in LIMITS ? limits : settings)[name] = read(text, name)
  }
  return Object.keys(limits).length > 0 ? { ...settings, limits } : settings
}

/** All that can be set, for `--help`. */
export function help(): string {
  const rows = [...SETTINGS].map(([name, [, without, meaning]]) => [
    `--${flagOf(name)}`,
    variableOf(name),
    without,
    meaning,
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

function parse(args: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args: [...args], options })
  } catch (error) {
    throw new Error(`${(error as Error).message}. --help lists all that can be set.`, { cause: error })
  }
}

const bad = (name: string, wanted: string, text: string): Error =>
  new Error(`${variableOf(name)} (--${flagOf(name)}) must be ${wanted}, not ${JSON.stringify(text)}.`)

function yes(text: string, name: string): true {
  if (text !== 'yes') throw bad(name, 'yes, or not set', text)
  return true
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

function asItIs(text: string): string {
  return text
}

function portNumber(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw bad(name, 'a number from 0 to 65535', text)
  return Number(text)
}

function limit(text: string, name: string): number {
  const isNumber = /^\d+$/.test(text) && Number.isSafeInteger(Number(text))
  return readLimit(name, isNumber ? Number(text) : text)
}

function onOrOff(text: string, name: string): boolean {
  if (text !== 'on' && text !== 'off') throw bad(name, 'on or off', text)
  return text === 'on'
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
