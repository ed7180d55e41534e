// What all of these servers have: one tool that says that it only reads.
import { createServer } from 'node:http'

export const GREET = {
  name: 'greet',
  description: 'Greets somebody',
  annotations: { readOnlyHint: true },
}
export const greet = ({ who }) => ({ content: [{ type: 'text', text: `Hello, ${who}!` }] })

/** Listens on a free port, and prints where. */
export function listen(listener) {
  const server = createServer(listener)
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${server.address().port}`),
  )
}
