export {
  encodeComment,
  encodeEvent,
  SseEncodeError,
  type SseEncodeErrorCode,
  type SseMessage,
} from './event.ts'
export { EventSource, type EventSourceOptions } from './event-source.ts'
export { createParser, type SseEvent, type SseParser, type SseParserOptions } from './parser.ts'
export { createReplayStore, type ReplayLimits, type ReplayLog, type ReplayStore } from './replay.ts'
export { openStream, type EventStream, type Sent, type StreamOptions } from './stream.ts'
