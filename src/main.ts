#!/usr/bin/env node
import { serve } from './index.ts'
import { readSettings } from './settings.ts'
import { site } from './site.ts'
import { createHackerNews } from './tools/hacker-news.ts'

try {
  const { hackerNews, ...settings } = readSettings(process.argv.slice(2), process.env)
  const tools = [createHackerNews(hackerNews)]
  const { url, close } = await serve({ name: 'sse-mcp', version: '0.1.0', tools, site, ...settings })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
  console.log(`sse-mcp is listening. 已启动。

  the page 页面    ${url}/
  Inspector       npx @modelcontextprotocol/inspector@0.15.0, Streamable HTTP ${url}/mcp (SSE ${url}/sse), type: topstories
  Cherry Studio   设置 Settings → MCP → add 添加, streamableHttp ${url}/mcp (sse ${url}/sse)
  curl            curl -N ${url}/sse

Ctrl-C ends it. 按 Ctrl-C 结束。`)
} catch (error) {
  console.error(`sse-mcp: ${whatToDo(error as NodeJS.ErrnoException)}`)
  process.exitCode = 1
}

function whatToDo({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `${message.replace(/^listen /, '')}. Choose another port: PORT (--port).`
  if (code === 'EACCES') return `${message}. Choose a port above 1023: PORT (--port).`
  return message
}
