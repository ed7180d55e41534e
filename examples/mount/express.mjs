// Express 5, under a path, beside helmet, compression and a body parser.
import compression from 'compression'
import express from 'express'
import helmet from 'helmet'
import { createMcpHandler } from 'sse-mcp'
import { options, port } from './hello.mjs'

const mcp = createMcpHandler(options)
const app = express()
app.use(helmet(), compression(), express.json())
app.use('/api', mcp)
app.get('/', (_request, response) => response.send('mine'))
const server = app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/api/mcp`))
process.once('SIGTERM', async () => {
  await mcp.close()
  server.close()
})
