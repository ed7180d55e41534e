// better-sse: a channel that tells all its streams the same.
import { createChannel, createSession } from 'better-sse'
import { listen } from './fixture.mjs'

const channel = createChannel()
listen(async (request, response) => {
  if (request.method === 'GET') {
    const session = await createSession(request, response)
    channel.register(session)
    session.push('/messages', 'endpoint')
  } else {
    channel.broadcast({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, 'message')
    response.writeHead(202, { 'Content-Length': 0 }).end()
  }
})
