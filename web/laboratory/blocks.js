// @ts-check
// Cuts the bytes of an event stream into blocks: some lines, and the blank line that ends them. The parser gets them
// in pieces of which none reaches beyond its block: what it dispatches belongs to that block.
const LF = 0x0a
const CR = 0x0d
const BOM = [0xef, 0xbb, 0xbf]

/**
 * `onBlock` gets what the record keeps: `bytes`, their `offset` in the body, `cuts` (where in them a read() ended),
 * `type` and `text` of the event (`isEvent`), else of what is there: `comment`, `retry`, `id`, or `ignored`, or
 * `incomplete` where the body ended before the blank line; `comments`, `retry`, and `id` if this block has set one.
 * A CR ends a line at once: where read() parts a CRLF, its LF begins the next block.
 * Without a parser there is one block, `body`.
 *
 * @param {{ createParser?: any, lastEventId?: string, onBlock: (block: any) => void }} options
 */
export function createBlocks({ createParser, lastEventId, onBlock }) {
  let offset = 0
  let length = 0
  let pieces = /** @type {Uint8Array[]} */ ([])
  let block = fresh()
  let isBlank = true // nothing on this line yet
  let afterCr = false
  const parser = createParser?.({
    lastEventId,
    onEvent: ({ type, data }) => Object.assign(block, { type, text: data, isEvent: true }),
    onRetry: (retry) => Object.assign(block, { type: 'retry', text: `${retry}`, retry }),
    onComment(text) {
      block.comments.push(text)
      Object.assign(block, { type: 'comment', text: block.comments.join('\n') })
    },
  })

  /** Takes what one read() gave. */
  function feed(chunk) {
    let start = 0
    for (let at = parser ? 0 : chunk.length; at < chunk.length; at++) {
      const byte = chunk[at]
      const isSecondHalf = afterCr && byte === LF
      afterCr = byte === CR
      if (isSecondHalf) continue
      if (byte !== CR && byte !== LF) isBlank &&= byte === BOM[offset + length + at]
      else if (!isBlank) isBlank = true
      else {
        if (afterCr && chunk[at + 1] === LF) afterCr = at++ < 0
        take(chunk.subarray(start, at + 1))
        start = at + 1
        if (start === chunk.length) block.cuts.push(length)
        finish()
      }
    }
    if (start === chunk.length) return
    take(chunk.subarray(start))
    block.cuts.push(length)
  }

  function take(piece) {
    pieces.push(piece)
    length += piece.length
    parser?.feed(piece)
  }

  function finish(rest = '') {
    const bytes = new Uint8Array(length)
    pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0)
    const text = new TextDecoder().decode(bytes)
    if (rest) Object.assign(block, { type: rest, text })
    // The parser does not tell that an ID was set to what it was already.
    else if (/(^|[\r\n])id(:[^\0\r\n]*)?[\r\n]/.test(text)) {
      block.id = parser.lastEventId
      if (block.type === 'ignored') Object.assign(block, { type: 'id', text: block.id })
    }
    const whole = { ...block, bytes, offset }
    offset += length
    length = 0
    pieces = []
    block = fresh()
    isBlank = true
    onBlock(whole)
  }

  /** The body is over. What has no blank line nobody dispatches, but it was there. */
  const end = () => void (length > 0 && finish(parser ? 'incomplete' : 'body'))

  return { feed, end }
}

/** @returns {any} */
const fresh = () => ({ type: 'ignored', text: '', isEvent: false, comments: [], cuts: [] })
