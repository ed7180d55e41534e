// @ts-check
// Chat products replayed from their bytes, all on one clock that counts bytes: played, stepped, or drawn along a slider.
import { createColumn } from './chat-column.js'
import { announce, make, say } from './page.js'

const TICK = 40 // milliseconds

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export async function mount(section, app) {
  const { course } = await app.course
  if (!course) return section.append(make('p', { class: 'why', word: 'chats.none' }))
  const { streams } = await (await fetch('api/chats')).json()
  const play = make('button', { class: 'next', word: 'chats.play', onclick: () => (clock ? pause() : start()) })
  const byte = make('button', { word: 'chats.byte', onclick: () => go((at) => at + 1) })
  const step = make('button', { word: 'chats.step', 'data-key': 's', onclick: () => go(nextEnd) })
  const slider = make('input', { type: 'range', id: 'chat-bytes', min: 0, max: 0, value: 0, oninput: slide })
  const come = make('output', { for: 'chat-bytes' })
  const speed = make('input', { type: 'number', min: 1, max: 10_000, value: '60' })
  const drop = make('input', { type: 'number', min: 0, max: 11, value: '0' })
  const cut = make('input', { type: 'checkbox' })
  const labelled = (name, input) => make('label', {}, make('span', { word: `chats.${name}` }), ' ', input)
  const problem = make('p', { class: 'problem', hidden: true })
  const columns = streams.map((stream) => createColumn(stream))
  section.append(
    make('p', { class: 'why', word: 'chats.why' }),
    make('p', { class: 'row' }, play, byte, step, labelled('speed', speed)),
    make('p', { class: 'row' }, make('label', { for: slider.id, word: 'chats.come' }), come),
    slider,
    problem,
    make('div', { class: 'chats' }, ...columns.map(({ element }) => element)),
    make(
      'details',
      {},
      make('summary', { word: 'chats.faults' }),
      make('p', { class: 'row' }, labelled('drop', drop), labelled('cut', cut)),
    ),
  )
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
  let at = 0 // bytes of each stream that have come
  let due = 0 // parts of a byte

  /** Reads all the streams whole; the clock then shows them byte by byte, at any speed. */
  async function load() {
    await Promise.all(columns.map((column) => column.load(drop.value, cut.checked)))
    slider.max = `${end()}`
    show(0)
  }

  const end = () => Math.max(...columns.map((column) => column.size()))

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
    if (!(await isReady())) return
    if (at >= end()) show(0)
    clearInterval(clock) // two clicks while it loads
    say(play, 'chats.pause')
    clock = setInterval(tick, TICK)
  }

  function tick() {
    due += ((Number(speed.value) || 60) * TICK) / 1000
    const whole = Math.floor(due)
    due -= whole
    if (whole) show(at + whole)
  }

  function pause() {
    clearInterval(clock)
    clock = undefined
    say(play, 'chats.play')
  }

  async function go(next) {
    pause()
    if (await isReady()) show(next(at))
  }

  async function slide() {
    pause()
    const wanted = Number(slider.value)
    if (await isReady()) show(wanted)
  }

  /** To the last byte of the blank line that comes next, in whichever stream. */
  const nextEnd = (from) => Math.min(end(), ...columns.flatMap((column) => column.ends().filter((one) => one > from)))

  function show(count) {
    at = Math.min(count, end())
    slider.value = `${at}`
    say(come, 'chats.bytes', at, end())
    slider.ariaValueText = come.textContent
    for (const column of columns) column.show(at)
    if (at < end()) return
    pause()
    announce(
      'chats.done',
      columns
        .map(({ text }) => text())
        .join(' / ')
        .slice(0, 300),
    )
  }

  void isReady()
}
