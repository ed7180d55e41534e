// @ts-check
// One chat stream as its bytes come: what the parser has of it, event by event, and the text that they are folded to.
import { createBlocks } from './blocks.js'
import { endsOf, reached } from './chat-bytes.js'
import { createFold } from './fold.js'
import { make, say } from './page.js'
import { createParser } from './sse/parser.js'
import { written } from './written.js'

/** Where two of the four say what an event is: the field, or a member of the JSON. */
const TYPE = /("event":"[^"]*")/

export function createColumn({ id, title, constructed, cutInside, characters: whole }) {
  const list = make('ol', { class: 'code' })
  const wire = make('div', { class: 'wire', tabIndex: 0, role: 'group', label: 'chats.frames' }, list)
  const output = make('p', { class: 'said', 'aria-hidden': 'true' })
  const type = make('p', { class: 'why' })
  const count = make('p', { class: 'code' })
  const note = make('p')
  const loss = make('p')
  const mark = constructed ? [' ', make('small', { word: 'chats.constructed' })] : []
  const element = make('div', {}, make('h3', {}, title, ...mark), type, output, count, wire, note, loss)
  say(type, `chats.${id}`)
  /** @type {any[]} */
  let blocks = []
  let items = /** @type {HTMLElement[]} */ ([]) // of the blocks that have come whole
  let texts = /** @type {string[]} */ ([]) // after each block
  let isDropped = false
  let size = 0

  /** Reads the stream whole. Then `show` gives any part of it, as often as one likes. */
  async function load(drop, isCut) {
    const query = new URLSearchParams({ style: id, delay: '20' })
    isDropped = Number(drop) > 0
    if (isDropped) query.set('drop', drop)
    if (isCut && cutInside !== null) query.set('cut', cutInside)
    const mine = []
    blocks = mine
    for (const { dataset } of [note, loss]) for (const name of ['word', 'values']) delete dataset[name]
    note.textContent = loss.textContent = ''
    if (isCut && cutInside === null) say(note, 'chats.whole')
    const cutter = createBlocks({ createParser, onBlock: (block) => mine.push(block) })
    const response = await fetch(`api/chat?${query}`)
    if (!response.ok) throw new Error(`${response.status}, ${(await response.text()).slice(0, 200)}`)
    let naive = ''
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
    for (let part; !(part = await reader.read()).done;) {
      naive += new TextDecoder().decode(part.value) // as one must not: each piece for itself
      cutter.feed(part.value)
    }
    cutter.end()
    if (blocks !== mine) return // asked again meanwhile
    size = endsOf(blocks).at(-1) ?? 0
    items = blocks.map(({ bytes }) => itemOf(bytes))
    fold()
    if (!isCut || cutInside === null) return
    const broken = /.{0,3}\ufffd+.{0,3}/.exec(naive)?.[0]
    say(note, broken ? 'chats.naive' : 'chats.joined', broken)
  }

  /** The text after each event: it grows when an event is dispatched, and not before. */
  function fold() {
    const add = createFold(id)
    let text = ''
    texts = blocks.map((block) => {
      try {
        text += add(block.text)
      } catch ({ message }) {
        say(loss, 'chats.damage', message)
      }
      return text
    })
    if (isDropped && !loss.dataset.word) say(loss, 'chats.shorter', whole - [...text].length)
  }

  /** What is there after so many bytes of the stream. */
  function show(bytes) {
    const come = Math.min(bytes, size)
    const { whole: count_, rest } = reached(blocks, come)
    const half = rest ? [itemOf(blocks[count_].bytes.subarray(0, rest), true)] : []
    list.replaceChildren(...items.slice(0, count_), ...half)
    wire.scrollTop = wire.scrollHeight
    const text = texts[count_ - 1] ?? ''
    output.textContent = text
    output.ariaHidden = `${come < size}` // while it grows, it would be read out at every byte
    const characters = [...text].length
    say(count, 'chats.count', come, characters, characters ? (come / characters).toFixed(1) : '–')
    loss.hidden = come < size
  }

  const text = () => texts.at(-1) ?? ''
  return { element, load, show, text, size: () => size, ends: () => endsOf(blocks) }
}

/** A block as it was sent; where it says what it is, marked. `isHalf`: its blank line has not come. */
function itemOf(bytes, isHalf = false) {
  const parts = written(bytes)
  for (const part of parts.filter((one) => one.className === 'value')) {
    const pieces = (part.textContent ?? '').split(TYPE)
    part.replaceChildren(...pieces.map((piece, index) => (index % 2 ? make('b', {}, piece) : piece)))
  }
  // Each line of the stream on a line of its own.
  const lines = parts.flatMap((part) => (part.className === 'ends' ? [part, '\n'] : [part]))
  return make('li', { class: isHalf ? 'half' : '' }, ...lines)
}
