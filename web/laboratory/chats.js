// @ts-check
// Chat products replayed from their bytes: real streams, read by fetch and the parser, on one clock.
import { createBlocks } from './blocks.js'
import { endBoxes } from './control.js'
import { createFold } from './fold.js'
import { announce, make, say } from './page.js'
import { createParser } from './sse/parser.js'

/** Where two of the four say what an event is: the field, or a member of the JSON. */
const TYPE = /(^event:.*|"event":"[^"]*")/

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export async function mount(section, app) {
  const { course } = await app.course
  if (!course) return section.append(make('p', { class: 'why', word: 'chats.none' }))
  const { streams } = await (await fetch('api/chats')).json()
  const play = make('button', { word: 'chats.play', onclick: () => (clock ? pause() : start()) })
  const step = make('button', { word: 'chats.step', 'data-key': 's', onclick: () => (pause(), advance()) })
  const speed = make('input', { type: 'number', min: 20, max: 10_000, value: '400' })
  const drop = make('input', { type: 'number', min: 0, max: 11, value: '0' })
  const cut = make('input', { type: 'checkbox' })
  const labelled = (name, input) => make('label', {}, make('span', { word: `chats.${name}` }), ' ', input)
  const problem = make('p', { class: 'problem', hidden: true })
  const columns = streams.map((stream) => createColumn(stream))
  section.append(
    make('p', { class: 'why', word: 'chats.why' }),
    make('p', { class: 'row' }, play, step, labelled('speed', speed), labelled('drop', drop), labelled('cut', cut)),
    problem,
    make('div', { class: 'chats' }, ...columns.map(({ element }) => element)),
  )
  speed.addEventListener('change', () => clock && start())
  for (const input of [drop, cut])
    input.addEventListener('change', () => {
      pause()
      loading = load()
      void isReady()
    })
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock
  /** @type {Promise<void> | undefined} */
  let loading

  /** Reads all the streams whole; the clock then shows them frame by frame, at any speed, and step by step. */
  async function load() {
    await Promise.all(columns.map((column) => column.load(drop.value, cut.checked)))
  }

  /** Waits for the streams. Where they do not come the panel says so, and the next press asks again. */
  async function isReady() {
    const mine = (loading ??= load())
    problem.hidden = true
    try {
      await mine
      return true
    } catch ({ message }) {
      if (loading === mine) loading = undefined
      pause()
      problem.hidden = false
      say(problem, 'chats.unreachable', message)
      return false
    }
  }

  async function start() {
    if (columns.every(({ isOver }) => isOver())) loading = load()
    if (!(await isReady())) return
    clearInterval(clock) // two clicks while it loads
    say(play, 'chats.pause')
    clock = setInterval(advance, Number(speed.value) || 400)
  }

  function pause() {
    clearInterval(clock)
    clock = undefined
    say(play, 'chats.play')
  }

  async function advance() {
    if (!(await isReady())) return
    for (const column of columns) column.advance()
    if (!columns.every(({ isOver }) => isOver())) return
    pause()
    announce(
      'chats.done',
      columns
        .map(({ text }) => text())
        .join(' / ')
        .slice(0, 300),
    )
  }
}

function createColumn({ id, title, constructed, cutInside, characters: whole }) {
  const list = make('ol', { class: 'code', tabIndex: 0, role: 'group', label: 'chats.frames' })
  const output = make('p', { class: 'said', 'aria-hidden': 'true' })
  const type = make('p', { class: 'why' })
  const count = make('p', { class: 'code' })
  const note = make('p')
  const loss = make('p')
  const mark = constructed ? [' ', make('small', { word: 'chats.constructed' })] : []
  const element = make('div', {}, make('h3', {}, title, ...mark), type, list, output, count, note, loss)
  say(type, `chats.${id}`)
  /** @type {any[]} */
  let blocks = []
  let shown = 0
  let bytes = 0
  let text = ''
  let isDropped = false
  let fold = createFold(id)

  async function load(drop, isCut) {
    const query = new URLSearchParams({ style: id, delay: '20' })
    isDropped = Number(drop) > 0
    if (isDropped) query.set('drop', drop)
    if (isCut && cutInside !== null) query.set('cut', cutInside)
    const mine = []
    ;[blocks, shown, bytes, text, fold] = [mine, 0, 0, '', createFold(id)]
    list.replaceChildren()
    output.textContent = count.textContent = ''
    output.ariaHidden = 'true'
    for (const { dataset } of [count, note, loss]) for (const name of ['word', 'values']) delete dataset[name]
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
    if (blocks !== mine || !isCut || cutInside === null) return
    const broken = /.{0,3}\ufffd+.{0,3}/.exec(naive)?.[0]
    say(note, broken ? 'chats.naive' : 'chats.joined', broken)
  }

  function advance() {
    const block = blocks[shown]
    if (!block) return
    shown++
    bytes += block.bytes.length
    const raw = make('li')
    for (const [, line, end] of new TextDecoder().decode(block.bytes).matchAll(/([^\r\n]*)(\r\n|\r|\n)/g))
      raw.append(
        ...line.split(TYPE).map((part, i) => (i % 2 ? make('b', {}, part) : part)),
        ...endBoxes(end, !line),
        '\n',
      )
    list.append(raw)
    list.scrollTop = list.scrollHeight
    try {
      text += fold(block.text)
    } catch ({ message }) {
      say(loss, 'chats.damage', message)
    }
    output.textContent = text
    const characters = [...text].length
    say(count, 'chats.count', bytes, characters, characters ? (bytes / characters).toFixed(1) : '–')
    if (isOver()) output.ariaHidden = 'false' // while it grew, it would have been read out at every frame
    if (isOver() && isDropped && !loss.dataset.word) say(loss, 'chats.shorter', whole - characters)
  }

  const isOver = () => shown > 0 && shown === blocks.length
  return { element, load, advance, isOver, text: () => text }
}
