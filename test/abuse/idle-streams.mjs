// Streams on which nothing happens: a comment now and then, and no end of ours (T-54).
import { expect } from './expect.mjs'
import { kinds } from './streams.mjs'

export const isSlow = true

const standing = kinds.filter(([what]) => !what.startsWith('an answer'))

export const cases = standing.map(([what, open]) => [
  `T-54 ${what}: in silence a comment every 15 s, and no end for 35 s`,
  async (server) => {
    const stream = await open(server, {})
    const end = Date.now() + 35_000
    let last = Date.now()
    let comments = 0
    while (Date.now() < end) {
      const block = await stream.block(end - Date.now())
      expect(block !== null, 'an open stream', 'its end')
      if (!block) break
      if (block.comment !== undefined) comments++
      expect(Date.now() - last < 17_000, 'a comment within 17 s', `${Date.now() - last} ms of silence`)
      last = Date.now()
    }
    expect(comments >= 2, 'two comments in 35 s', comments)
    stream.destroy()
  },
])
