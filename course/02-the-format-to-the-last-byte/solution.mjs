// Lesson 2, one way to do it: a line at a time. src/sse/parser.ts is another, with limits, and faster.

/**
 * @typedef {{ type: string, data: string, lastEventId: string }} SseEvent
 * @typedef {{ line: string, data: string | undefined, type: string, id: string, lastEventId: string,
 *   retry: number | undefined }} State what the parser knows between two pieces
 */

/**
 * Turns an event stream, cut anywhere, into events.
 * @param {(event: SseEvent) => void} onEvent called at each blank line that ends an event
 * @returns {{ push: (bytes: Uint8Array) => void, state: State }}
 */
export function createParser(onEvent) {
  // Keeps half a character for the next piece. The BOM it leaves to us: told to take it away, Node from 24 on also takes
  // a second one, where the first ends a piece.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const state = { line: '', data: undefined, type: '', id: '', lastEventId: '', retry: undefined }
  let isStart = true
  let afterCr = false // a CR has just ended a line: an LF now is its second half, not another line

  function push(bytes) {
    for (const character of decoder.decode(bytes, { stream: true })) {
      const isBom = isStart && character === '\uFEFF'
      isStart = false
      if (isBom) continue
      const secondHalf = afterCr && character === '\n'
      afterCr = character === '\r'
      if (secondHalf) continue
      if (character === '\r' || character === '\n') endLine()
      else state.line += character
    }
  }

  function endLine() {
    const { line } = state
    state.line = ''
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    if (colon === -1) return field(line, '')
    const value = line.slice(colon + 1)
    field(line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value)
  }

  // A comment arrives here as a field without a name, and is unknown like any other.
  function field(name, value) {
    if (name === 'data') state.data = state.data === undefined ? value : `${state.data}\n${value}`
    if (name === 'event') state.type = value
    if (name === 'id' && !value.includes('\0')) state.id = value
    if (name === 'retry' && /^[0-9]+$/.test(value)) state.retry = Number(value)
  }

  function dispatch() {
    const { data, type, id } = state
    state.data = undefined
    state.type = ''
    state.lastEventId = id
    if (data !== undefined) onEvent({ type: type || 'message', data, lastEventId: id })
  }

  return { push, state }
}
