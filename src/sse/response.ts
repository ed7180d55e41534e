import type { ServerResponse } from 'node:http'

/** What a stream needs of a response: its head, writing, the end, whether the reader is gone, and back-pressure. */
export type StreamResponse = Pick<ServerResponse, 'writeHead' | 'flushHeaders' | 'write' | 'end' | 'destroy'> &
  Pick<ServerResponse, 'writableEnded' | 'writableLength' | 'destroyed' | 'socket' | 'on' | 'once' | 'off'>
