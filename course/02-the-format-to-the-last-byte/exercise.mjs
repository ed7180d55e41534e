// Lesson 2. Glue and split: the parser in half of all blog posts. Under good conditions it even works.
// npm run lesson 2

/**
 * Turns an event stream, cut anywhere, into events.
 * @param {(event: { type: string, data: string, lastEventId: string }) => void} onEvent
 * @returns {{ push: (bytes: Uint8Array) => void, state: { lastEventId: string, retry: number | undefined } }}
 */
export function createParser(onEvent) {
  const state = { lastEventId: '', retry: undefined }
  let rest = ''

  function push(bytes) {
    // TODO 1: a piece may end inside a character. Let one decoder live as long as the stream.
    rest += new TextDecoder().decode(bytes)
    // TODO 2: a line ends at LF, CR or CR LF. A CR ends it at once; an LF that comes next belongs to it.
    const frames = rest.split('\n\n')
    rest = frames.pop()
    // TODO 3: every line is a field or a comment: name, colon, one space that does not count, value.
    // TODO 4: event, id and retry. At the blank line: no data line, no event.
    for (const frame of frames) {
      if (frame.startsWith('data: ')) onEvent({ type: 'message', data: frame.slice(6), lastEventId: '' })
    }
  }

  return { push, state }
}
