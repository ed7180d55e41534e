// What all rivals serve: the same two tools, on the port that they are given.
import { createServer } from 'node:http'

export { storiesText } from '../lib/stories.mjs'

export const says = (text) => ({ content: [{ type: 'text', text }] })

export function listen(listener) {
  const server = createServer(listener)
  server.keepAliveTimeout = 600_000 // node's 5 s would end the connections of the load between two windows
  server.listen(Number(process.env.PORT), process.env.HOST, 4096)
}
