// @ts-check
import { characterAt } from './hex.js'
import { linesOf, textOf } from './roles.js'

/**
 * What a fresh parser knows after `count` bytes of a block. Events, id and `retry` are its own word; what it holds back
 * (line, data, type) is read off the same bytes. `torn`: bytes at the end that are no whole character yet.
 */
export function stateAfter(createParser, bytes, count, isFirst) {
  const fed = bytes.subarray(0, count)
  const events = []
  let retry
  const parser = createParser({ onEvent: (event) => events.push(event), onRetry: (ms) => (retry = ms) })
  // In mid-stream EF BB BF is a character: a blank line tells the parser that the stream has begun.
  if (!isFirst) parser.feed(Uint8Array.of(10))
  parser.feed(fed)
  const lines = linesOf(fed, isFirst)
  const last = lines.at(-1)
  const held = fed.subarray(last?.ignored === 'unfinished' ? last.start : count)
  const [start, end] = count ? characterAt(bytes, count - 1) : [0, 0]
  const open = lines.slice(lines.findLastIndex(({ kind }) => kind === 'blank') + 1).filter((line) => !line.ignored)
  const values = (field) => open.filter(({ name }) => name === field).map(({ value }) => value)
  return {
    held: textOf(held, true),
    torn: end > count ? count - start : 0,
    data: values('data').length ? values('data').join('\n') : undefined,
    type: values('event').at(-1) ?? '',
    lastEventId: parser.lastEventId,
    retry,
    events,
  }
}
