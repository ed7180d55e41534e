// Five hundred stories, the same at every run and on every server.
const WORDS =
  'show ask launch postgres rust server event stream protocol latency kernel browser compiler open source model context tool agent cache index query memory page fault linux sqlite wasm typescript node http json schema session replay cursor token budget'.split(
    ' ',
  )
let seed = 42
const random = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32
const word = () => WORDS[Math.floor(random() * WORDS.length)]

const stories = Array.from({ length: 500 }, (_, i) => ({
  id: 43_000_000 + i * 37,
  by: `user_${i}`,
  descendants: Math.floor(random() * 400),
  score: Math.floor(random() * 900),
  time: 1_744_700_000 + i * 61,
  type: 'story',
  title: Array.from({ length: 9 }, word).join(' '),
  url: `https://example.com/${word()}/${word()}/${i}-${word()}-${word()}`,
  kids: Array.from({ length: 25 }, (_kid, k) => 43_000_100 + i * 41 + k),
}))

/** Made into text at every call: that is the work of a tool, and the same for all. */
export const storiesText = (count = 500) => JSON.stringify(count === 500 ? stories : stories.slice(0, count))
