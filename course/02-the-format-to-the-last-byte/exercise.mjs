// Lesson 2. Glue and split: the parser in half of all blog posts. Under good conditions it even works.
// 第 2 课：拼起来再切开，半数博客里的解析器都是这样。运气好的时候，它还真能用。
// npm run lesson 2

/**
 * Turns an event stream, cut anywhere, into events.
 * 把一条事件流变成一个个事件，不管它在哪里被切开。
 * @param {(event: { type: string, data: string, lastEventId: string }) => void} onEvent
 * @returns {{ push: (bytes: Uint8Array) => void, state: { lastEventId: string, retry: number | undefined } }}
 */
export function createParser(onEvent) {
  const state = { lastEventId: '', retry: undefined }
  let rest = ''

  function push(bytes) {
    // TODO 1: a piece may end inside a character. Let one decoder live as long as the stream.
    //   一段可能断在一个字的中间。解码器只建一个，流活多久它就活多久。
    rest += new TextDecoder().decode(bytes)
    // TODO 2: a line ends at LF, CR or CR LF. A CR ends it at once; an LF that comes next belongs to it.
    //   LF、CR、CR LF 都结束一行。遇到 CR 马上就结束；紧跟着的 LF 算它的一部分。
    const frames = rest.split('\n\n')
    rest = frames.pop()
    // TODO 3: every line is a field or a comment: name, colon, one space that does not count, value.
    //   每一行是一个字段或一行注释：名字、冒号、一个不算数的空格、值。
    // TODO 4: event, id and retry. At the blank line: no data line, no event.
    //   还有 event、id、retry。到了空行：没有 data 行，就没有事件。
    for (const frame of frames) {
      if (frame.startsWith('data: ')) onEvent({ type: 'message', data: frame.slice(6), lastEventId: '' })
    }
  }

  return { push, state }
}
