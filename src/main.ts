#!/usr/bin/env node
import { isIPv6 } from 'node:net'
import { causeOf, isCallEnd, LIMITS, logToStderr, serve } from './index.ts'
import type { Auth, Engine, HttpOptions, SocketLimits } from './index.ts'
import { loadLaboratory } from './app/laboratory.ts'
import { flagOf, help, readSettings, type Settings } from './app/settings.ts'
import { site } from './app/site.ts'
import { createHackerNews } from './tools/hacker-news.ts'

type Fallback = NonNullable<HttpOptions['fallback']>

const VERSION = '1.0.0-rc.1'
const USAGE = `sse-mcp              starts the server
sse-mcp check URL    holds any MCP server against the specification: sse-mcp check --help
sse-mcp tail URL     shows any event stream: sse-mcp tail --help
sse-mcp --version

The server's settings: a flag, its variable, the default, the meaning
`

try {
  const [command, ...args] = process.argv.slice(2)
  if (command === 'check' || command === 'tail') {
    const { runCommand } = await import('./cli/index.ts')
    process.exitCode = await runCommand(command, args)
  } else if (command === '--version') console.log(VERSION)
  else {
    const { help: isHelp, ...settings } = readSettings(process.argv.slice(2), process.env)
    if (isHelp) console.log(`${USAGE}\n${help()}`)
    else await start(settings)
  }
} catch (error) {
  console.error(`sse-mcp: ${whatToDo(error as NodeJS.ErrnoException)}`)
  process.exitCode = 1
}

async function start(given: Settings): Promise<void> {
  const { hnSource, hnBaseUrl, metrics, authToken, authIssuer, authScopes, redisUrl, redisPrefix, ...settings } = given
  const hackerNews = {
    ...(hnSource !== undefined && { source: hnSource }),
    ...(hnBaseUrl !== undefined && { baseUrl: hnBaseUrl }),
  }
  const auth = await createAuth(authToken, authIssuer, authScopes, settings.publicUrl)
  const engine = await createEngine(redisUrl, redisPrefix, settings)
  const tools = [createHackerNews(hackerNews)]
  const laboratory = await loadLaboratory({ tools, hackerNews, settings: given })
  const pages = laboratory?.site ?? site
  const fallback = metrics ? await withMetrics(pages, { ...auth, ...settings }) : pages
  const options = { name: 'sse-mcp', version: VERSION, tools, fallback }
  const { server, url, close } = await serve({ ...options, ...settings, ...auth, ...engine }).catch(
    async (error: unknown) => {
      await engine?.engine.close() // its connections would keep the process
      throw error
    },
  )
  if (laboratory) server.prependListener('request', laboratory.watch)

  let stopping = false
  /** Ends in good order; the second time at once. */
  const stop = async (code: number): Promise<void> => {
    if (stopping) process.exit(1)
    stopping = true
    await Promise.all([laboratory?.close(), close()])
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))
  const crash = (error: unknown): void => {
    logToStderr({ level: 'error', reason: 'crash', cause: causeOf(error) })
    void stop(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', (error) => {
    if (!isCallEnd(error)) return crash(error)
    // A tool went on after its call had ended, and did not catch that it had.
    logToStderr({ level: 'warn', reason: 'tool-after-end', cause: causeOf(error) })
  })

  const here = urlToShow(url, settings.allowedHosts)
  console.log(`sse-mcp is listening. 已启动。

  page 页面          ${here}/
${laboratory ? learning(here) : ''}
  Inspector          npx @modelcontextprotocol/inspector@0.15.0: Streamable HTTP ${here}/mcp, or SSE ${here}/sse; type: topstories
  Cherry Studio      设置 Settings → MCP → add 添加: streamableHttp ${here}/mcp, or sse ${here}/sse
  curl               curl -N ${auth ? `-H 'Authorization: Bearer …' ` : ''}${here}/sse
${warning(settings)}${changed(settings.limits).join('\n')}
Ctrl-C ends it. 按 Ctrl-C 结束。`)
}

/** The URL with the first of the allowed hosts, if there are any, in place of the address it listens on. */
function urlToShow(url: string, [name]: readonly string[] = []): string {
  if (name === undefined) return url
  const host = isIPv6(name) ? `[${name}]` : name
  const hasPort = /:\d+$/.test(host)
  return url.replace(hasPort ? /\/\/.*/ : /\/\/.*(?=:)/, `//${host}`)
}

/** The lines on the laboratory and the course. */
function learning(here: string): string {
  return `  laboratory 实验室  ${here}/lab/
  course 课程        course/README.en.md, 中文 course/README.zh.md
  lessons 练习       npm run lesson
`
}

/** The authorization that the settings ask for. Without any, nothing of `src/auth` is loaded. */
async function createAuth(
  token: string | undefined,
  issuer: string | undefined,
  requiredScopes: readonly string[] = [],
  resource: string | undefined,
): Promise<{ auth: Auth } | undefined> {
  if (token && issuer) throw new Error('Set AUTH_TOKEN (--auth-token) or AUTH_ISSUER, not both.')
  if (requiredScopes.length > 0 && !issuer)
    throw new Error('AUTH_SCOPES needs AUTH_ISSUER: a fixed token has no scopes.')
  if (issuer && !resource) throw new Error('AUTH_ISSUER needs PUBLIC_URL: this server, as its tokens name it.')
  if (!token && !issuer) return undefined
  const { bearerToken, oauthResource } = await import('./auth/index.ts')
  if (token) return { auth: bearerToken(token) }
  return { auth: await oauthResource({ issuer: issuer!, resource: resource!, requiredScopes }) }
}

/** The engine that several processes share, where a setting has its URL. Else nothing of `src/redis` is loaded. */
async function createEngine(
  url: string | undefined,
  prefix = 'sse-mcp',
  { serverSecret = '', nodeId }: Settings = {},
): Promise<{ engine: Engine } | undefined> {
  if (!url) return undefined
  const { redisEngine } = await import('./redis/index.ts')
  return { engine: await redisEngine({ url, prefix, serverSecret, ...(nodeId !== undefined && { nodeId }) }) }
}

/** Adds `/metrics` to what is served beside MCP. Without the setting nothing of `src/metrics` is loaded. */
async function withMetrics(fallback: Fallback, { auth, publicUrl, trustProxy }: Settings & { auth?: Auth }) {
  const { metrics } = await import('./metrics/index.ts')
  // Behind a proxy, who comes from this machine may be anybody.
  const loopback = publicUrl === undefined && !trustProxy?.length
  return metrics({ auth, loopback, fallback }).fallback
}

/** The warning for a server that anybody may call: it was asked for, and is shown at each start. */
function warning({ host = '127.0.0.1', allowUnauthorized }: Settings): string {
  return allowUnauthorized
    ? `\n  Anybody who reaches ${host} may call it: ALLOW_UNAUTHORIZED. 任何能连到它的人都可以调用。\n`
    : ''
}

/** The limits that are not at their defaults. */
function changed(limits: Partial<SocketLimits> = {}): string[] {
  return Object.entries(LIMITS)
    .map(([name, [without]]) => ({ name, without, value: limits[name as keyof SocketLimits] ?? without }))
    .filter(({ value, without }) => value !== without)
    .map(({ name, without, value }) => `  --${flagOf(name)} ${value} (default ${without})`)
}

function whatToDo({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `${message.replace(/^listen /, '')}. Choose another port: PORT (--port).`
  if (code === 'EACCES') return `${message}. Choose a port above 1023: PORT (--port).`
  return message
}
