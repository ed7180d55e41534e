/**
 * `sse-mcp/sse`: the event stream, and what a server of events needs beside it. A browser can load it and read streams
 * with it; to write them needs Node's `Buffer` and timers.
 */
export * from '../sse/index.ts'
export * from './channel.ts'
export * from './last-event-id.ts'
export * from './pump.ts'
export * from './stream-response.ts'
