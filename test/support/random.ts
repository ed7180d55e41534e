/** Random numbers that come again with the same seed: whole ones, from `least` to `most` (mulberry32). */
export function createRandom(seed: number): (least: number, most: number) => number {
  let state = seed
  return (least, most) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return least + (((bits ^ (bits >>> 14)) >>> 0) % (most - least + 1))
  }
}
