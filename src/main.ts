#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { serve } from './index.ts'
import { site } from './site.ts'
import { placeholder } from './tools/hacker-news.ts'

const { env } = process
const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } })

const running = await serve({
  name: 'sse-mcp',
  version: '0.1.0',
  tools: [placeholder],
  site,
  port: Number(values.port ?? env['PORT'] ?? 3000),
  host: values.host ?? env['HOST'] ?? '127.0.0.1',
})
console.log(running.url)
process.once('SIGINT', () => void running.close())
process.once('SIGTERM', () => void running.close())
