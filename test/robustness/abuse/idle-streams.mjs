// Streams on which nothing happens: a comment now and then, and no end of ours (T-54).
import { expect } from './expect.mjs'
import { PATIENCE } from './socket.mjs'
import { kinds } from './streams.mjs'

export const isSlow = true

const standing = kinds.filter(([what]) => !what.startsWith('an answer'))

export const cases = standing.map(([what, open]) => [
  `T-54 ${what}: in silence a comment now and then (every 15 s), and no end`,
  async (server) => {
    const stream = await open(server, {})
    for (let comments = 0; comments < 2;) {
      const block = await stream.block(15_000 + PATIENCE)
      expect(block, 'a comment', block === null ? 'the end' : 'silence')
      if (block.comment !== undefined) comments++
    }
    stream.destroy()
  },
])
