// `Transfer-Encoding: chunked`, read from bytes that may end anywhere (RFC 9112, section 7.1). All that tests and the
// capture read on bare sockets is read here; the bench has a reader of its own (bench/lib/connection.mjs), which never
// joins what came in pieces. A chunk is its size in hexadecimal, CRLF, its data, CRLF; the last one has size 0.

/** The chunk that begins at `at`, as far as it is there: undefined while its size is not. */
export function readChunk(bytes, at = 0) {
  const line = bytes.indexOf('\r\n', at)
  if (line === -1) return undefined
  const size = bytes.toString('latin1', at, line)
  const length = Number.parseInt(size, 16)
  if (Number.isNaN(length)) throw new Error(`${JSON.stringify(size)} is no chunk size`)
  const start = line + 2
  const end = start + length + 2
  return { size, data: bytes.subarray(start, start + length), end, isWhole: bytes.length >= end }
}

/** All chunks that are whole, but for the empty last one; `partial` is what there is of the next one's data. */
export function readChunks(bytes, at = 0) {
  const chunks = []
  for (;;) {
    const chunk = readChunk(bytes, at)
    if (!chunk?.isWhole) return { chunks, partial: chunk?.data ?? Buffer.alloc(0), end: at, isWhole: false }
    at = chunk.end
    if (chunk.data.length === 0) return { chunks, partial: chunk.data, end: at, isWhole: true }
    chunks.push(chunk.data)
  }
}
