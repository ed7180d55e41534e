// @ts-check
// How far a chat stream has come after so many bytes. No DOM: it runs in Node as well.

/**
 * `whole`: how many blocks have come to their blank line. `rest`: the bytes of the next one that are there.
 *
 * @param {{ bytes: Uint8Array }[]} blocks @param {number} count bytes of the stream that have come
 */
export function reached(blocks, count) {
  let whole = 0
  let left = count
  while (whole < blocks.length && blocks[whole].bytes.length <= left) left -= blocks[whole++].bytes.length
  return { whole, rest: whole < blocks.length ? left : 0 }
}

/** After how many bytes each block ends. @param {{ bytes: Uint8Array }[]} blocks */
export function endsOf(blocks) {
  let end = 0
  return blocks.map(({ bytes }) => (end += bytes.length))
}
