// The chat replays: what three products and one API stream, byte for byte, as streams that one can watch.
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { openStream } from '../../dist/sse/index.js'
import { choice, milliseconds, wholeNumber } from './query.mjs'

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).streams

// Three were printed by the products themselves; the fourth, which APIs send, was put together here.
const streams = [...read('../../data/chat-streams.json'), ...read('../chat-constructed.json')]
const wires = new Map(streams.map(({ id, wireBase64 }) => [id, Buffer.from(wireBase64, 'base64')]))

const list = streams.map(({ id, title, typeIn, constructed = false, text, figures }) => ({
  id,
  title,
  typeIn,
  constructed,
  frames: figures.frames,
  bytes: figures.wireBytes,
  characters: figures.textCharacters,
  bytesPerCharacter: figures.wireBytesPerCharacter,
  text,
  cutInside: insideCharacter(wires.get(id)),
}))

/** The first place between two bytes of one character: there the byte after it begins with the bits 10. */
function insideCharacter(wire) {
  const offset = wire.findIndex((byte) => byte >> 6 === 0b10)
  return offset === -1 ? null : offset
}

export function createChats() {
  const closing = new AbortController()

  function get(_request, response, query) {
    const wire = wires.get(choice(query, 'style', [...wires.keys()]))
    const delay = milliseconds(query, 'delay', 300)
    const cut = wholeNumber(query, 'cut')
    const drop = wholeNumber(query, 'drop')
    const pieces = framesOf(wire).filter((_, i) => i + 1 !== drop)
    const { closed } = openStream(response, { keepAliveMs: 0 }) // its own comments would not be the exact bytes
    void play(response, cutAt(pieces, cut), delay, AbortSignal.any([closing.signal, closed]))
  }

  return { get, list: () => ({ streams: list }), close: () => closing.abort() }
}

async function play(response, pieces, delay, signal) {
  try {
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await wait(delay, undefined, { signal })
      response.write(piece)
    }
  } catch {
    // The reader has left, or the server ends.
  }
  response.end()
}

/** These wires have LF alone: a frame ends with the blank line. */
function framesOf(wire) {
  const frames = []
  for (let start = 0, end; start < wire.length; start = end) {
    end = wire.indexOf('\n\n', start) + 2
    frames.push(wire.subarray(start, end))
  }
  return frames
}

/** The same bytes, with one more boundary between two writes. */
function cutAt(pieces, offset) {
  let start = 0
  return pieces.flatMap((piece) => {
    const at = offset - start
    start += piece.length
    return at > 0 && at < piece.length ? [piece.subarray(0, at), piece.subarray(at)] : [piece]
  })
}
