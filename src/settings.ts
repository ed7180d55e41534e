import { parseArgs } from 'node:util'

export interface Settings {
  port: number
  host: string
  allowedHosts: readonly string[]
  allowedOrigins: readonly string[]
  anyUrl: boolean
  hackerNews: { source?: string; baseUrl?: string }
}

/** What the command line and the environment ask for; a flag wins over its variable. Throws Error with one sentence. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, host: { type: 'string' } },
  })
  const { HN_SOURCE: source, HN_BASE_URL: baseUrl } = env
  return {
    port: portNumber(values.port ?? env['PORT'] ?? '3000'),
    host: values.host ?? env['HOST'] ?? '127.0.0.1',
    allowedHosts: list(env['ALLOWED_HOSTS']),
    allowedOrigins: list(env['ALLOWED_ORIGINS']),
    anyUrl: onOrOff(env['ANY_URL'] ?? 'on'),
    hackerNews: { ...(source && { source }), ...(baseUrl && { baseUrl }) },
  }
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`PORT (--port) must be a number from 0 to 65535, not ${JSON.stringify(text)}.`)
  return Number(text)
}

function onOrOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new Error(`ANY_URL is on or off, not ${JSON.stringify(text)}.`)
  return text === 'on'
}

const list = (text = ''): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
