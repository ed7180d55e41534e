// Lesson 1, one way to do it. src/sse/event.ts is another.

const LINE_END = /\r\n|\r|\n/

/**
 * One message as it goes over the wire.
 * @param {{ event?: string, data?: string, id?: string, retry?: number, comment?: string }} message
 * @returns {string} its lines, each ended by LF, and a blank line at the end
 */
export function encode({ event, data, id, retry, comment }) {
  for (const value of [event, data, id, comment]) {
    if (value !== undefined && typeof value !== 'string') throw new TypeError('event, data, id and comment are text')
  }
  if (LINE_END.test(event ?? '')) throw new TypeError('event is one line')
  if (LINE_END.test(id ?? '')) throw new TypeError('id is one line')
  if (id?.includes('\0')) throw new TypeError('every reader ignores an id with a NUL')
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0)) {
    throw new TypeError('retry is a whole number of milliseconds')
  }

  const lines = []
  if (comment !== undefined) for (const line of comment.split(LINE_END)) lines.push(`: ${line}`)
  if (event) lines.push(`event: ${event}`) // an empty type means `message`, as if it were not there
  if (id !== undefined) lines.push(`id: ${id}`) // an empty id is a statement: forget the last one
  if (retry !== undefined) lines.push(`retry: ${retry}`)
  if (data !== undefined) for (const line of data.split(LINE_END)) lines.push(`data: ${line}`)
  if (lines.length === 0) throw new TypeError('a message needs at least one field')
  return `${lines.join('\n')}\n\n`
}
