// npm run course: the server of `npm start`, with two tools that ask their client and the laboratory's own routes.
import { ensureBuilt } from '../scripts/build.mjs'

ensureBuilt() // so what stands on it is loaded from here on
const { serve } = await import('../dist/index.js')
const { help, readSettings, variableOf } = await import('../dist/app/settings.js')
const { createHackerNews } = await import('../dist/tools/hacker-news.js')
const { orderCoffee, summarise } = await import('./asking-tools.mjs')
const { createLab } = await import('./lab-routes.mjs')

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

// The laboratory does what any page asks of it: it is for the one who sits here.
const FOR_OTHERS = [
  'allowedHosts',
  'allowedOrigins',
  'allowUnauthorized',
  'authIssuer',
  'authScopes',
  'authToken',
  'publicUrl',
  'trustProxy',
]

try {
  const settings = readSettings(process.argv.slice(2), process.env)
  if (settings.help) console.log(`course: the settings of npm start, on this machine alone\n\n${help()}`)
  else await start(settings)
} catch (error) {
  const hint = error.code === 'EADDRINUSE' ? '. Choose another port: PORT (--port).' : ''
  console.error(`course: ${error.message}${hint}`)
  process.exitCode = 1
}

async function start({ help: _help, hnSource, hnBaseUrl, ...settings }) {
  const { host = LOOPBACK[0] } = settings
  if (!LOOPBACK.includes(host))
    throw new Error(`The course's server is for this machine alone: HOST (--host) is one of ${LOOPBACK.join(', ')}.`)
  const forOthers = FOR_OTHERS.filter((name) => settings[name] !== undefined)
  if (forOthers.length > 0)
    throw new Error(`The course's server is for this machine alone: leave out ${forOthers.map(variableOf).join(', ')}.`)

  const hackerNews = { ...(hnSource && { source: hnSource }), ...(hnBaseUrl && { baseUrl: hnBaseUrl }) }
  const tools = [createHackerNews(hackerNews), orderCoffee, summarise]
  const lab = createLab(hackerNews)
  const { server, url, close } = await serve({
    name: 'sse-mcp-course',
    version: '0.1.0',
    tools,
    fallback: lab.site,
    ...settings,
  })
  server.prependListener('request', lab.watch)

  let stopping = false
  /** Ends in good order, the two servers with it; the second time at once. */
  const stop = async (code) => {
    if (stopping) process.exit(1)
    stopping = true
    lab.close()
    await close()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(0))
  for (const crash of ['uncaughtException', 'unhandledRejection'])
    process.on(crash, (error) => {
      console.error(error)
      void stop(1)
    })

  console.log(`The course's server is listening. 课程服务器已启动。

  the laboratory 实验室   ${url}/lab/
  the page 页面           ${url}/
  MCP                     ${url}/mcp, or HTTP+SSE ${url}/sse

Ctrl-C ends it. 按 Ctrl-C 结束。`)
}
