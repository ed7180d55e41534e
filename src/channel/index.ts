/** `sse-mcp/sse`: the event stream, and what a server of events needs beside it. A browser can load it as it is. */
export * from '../sse/index.ts'
export * from './channel.ts'
export * from './last-event-id.ts'
export * from './pump.ts'
export * from './stream-response.ts'
