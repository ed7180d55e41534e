// @ts-check
// The lanes as they grow: page | POSTs | the long stream | server. The rows are a list of options; the lines behind
// them are but a picture. It follows the newest event until somebody selects another.
import { optionOf, shapesOf } from './lanes-draw.js'
import { layout } from './lanes-layout.js'
import { rowsOf } from './lanes-rows.js'
import { announce, copy, draw, make, say, t } from './page.js'

const SIZE = 60 // rows that are drawn
const AFTER = 12 // frames shown after an older one that is selected

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const { record } = app
  const picture = draw('svg', { 'aria-hidden': 'true' })
  const list = make('div', { class: 'rows-of-lanes', role: 'listbox', label: 'heads.title' })
  const lanes = make('div', { class: 'lanes' }, picture, list)
  const box = /** @type {HTMLElement} */ (section.querySelector('.scroll')) // there from the beginning, with a word
  const none = /** @type {HTMLElement} */ (box.querySelector('.empty'))
  box.append(lanes)
  const follow = make('button', { word: 'lanes.follow', hidden: true, onclick: () => app.follow(true) })
  section.append(make('p', { class: 'follow' }, follow), copies(app))
  /** The rows on the page, by key. @type {Map<string, any>} */
  const items = new Map()
  /** The newest frame that is shown, where newer ones are not. @type {import('./record.js').Frame | undefined} */
  let last
  let stop // the one row that Tab reaches
  let lit // the voice that is pointed at

  for (const change of ['record', 'shown'])
    app.addEventListener(change, () => {
      if (app.isFollowing) app.follow()
      show()
    })
  app.addEventListener('record', ({ detail }) => {
    const news = detail.frames.findLast(({ way }) => way === '↓')
    if (news) announce('lanes.came', news.number, news.type)
  })
  app.addEventListener('select', () => {
    const frames = app.shown()
    const index = frames.indexOf(/** @type {any} */ (app.selected))
    if (app.isFollowing || index + AFTER >= frames.length) last = undefined
    else if (index >= 0 && !items.has(`f${app.selected?.number}`)) last = frames[index + AFTER]
    show()
    reveal(chosenItem())
  })
  list.addEventListener('click', ({ target }) => choose(target.closest('[role=option]')))
  list.addEventListener('keydown', walk)
  list.addEventListener('pointerover', ({ target }) => light(target.closest('[role=option]')?.row.voice))
  list.addEventListener('pointerleave', () => light(chosenItem()?.row.voice))
  addEventListener('hashchange', show)
  new ResizeObserver(show).observe(section)

  function show() {
    const { exchanges } = record
    const frames = app.shown()
    none.hidden = frames.length > 0
    lanes.hidden = !frames.length
    follow.hidden = app.isFollowing
    if (last && !frames.includes(last)) last = undefined
    const until = last && frames.indexOf(last) + 1
    const rows = rowsOf({ frames, exchanges }, until, SIZE).filter(({ key }) => !app.waits(key))
    const width = lanes.clientWidth || box.clientWidth
    const drawn = layout(rows, exchanges, width, box.clientHeight)
    paint(drawn, width)
    arrange(rows, drawn)
    mark()
    if (app.isFollowing) box.scrollTop = box.scrollHeight
  }

  function paint(drawn, width) {
    const { height, page, server, post, stream } = drawn
    lanes.style.height = `${height}px`
    for (const [name, x] of Object.entries({ page, server, post: post[0], stream: stream[0] }))
      section.style.setProperty(`--x-${name}`, `${x}px`)
    for (const [name, [left, right]] of Object.entries({ post, stream }))
      section.style.setProperty(`--w-${name}`, `${right - left}px`)
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`)
    picture.setAttribute('height', `${height}`)
    picture.replaceChildren(...shapesOf(drawn, width))
  }

  /** Touches only what is new or gone: who stands on a row stays there. */
  function arrange(rows, { page, post, stream }) {
    const hadFocus = list.contains(document.activeElement)
    const keys = new Set(rows.map(({ key }) => key))
    for (const [key, item] of items) if (!keys.has(key)) item.remove(items.delete(key))
    let before = null
    for (const row of rows.toReversed()) {
      const known = items.get(row.key)
      const item = known ?? optionOf(row)
      item.row = row
      item.style.top = `${row.y}px`
      const isWide = row.kind === 'accepted' // its words need the room, and it has no box
      const [left, right] = isWide ? [page + 12, stream[0] - 8] : row.lane === 'post' ? post : stream
      Object.assign(item.note.style, { left: `${left}px`, width: `${right - left}px` })
      if (!known) items.set(row.key, item)
      if (item.nextSibling !== before || !known) list.insertBefore(item, before)
      before = item
    }
    if (!stop?.isConnected) tabTo(chosenItem() ?? list.lastElementChild, hadFocus)
  }

  /** The head and the end of an exchange are no frames: they are parts of what was asked. */
  const partOf = ({ frame, kind }) => (frame ? undefined : kind === 'end' ? 'end' : 'head')
  const frameOf = ({ frame, exchange }) => frame ?? record.frames.find((one) => one.exchange === exchange)
  const isChosen = (row) => partOf(row) === app.part && frameOf(row) === app.selected
  const chosenItem = () => app.selected && [...items.values()].find(({ row }) => isChosen(row))

  function choose(item) {
    if (!item) return
    tabTo(item)
    app.select(frameOf(item.row), { part: partOf(item.row) })
  }

  function walk(event) {
    const all = [...list.children]
    const at = all.indexOf(stop)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const item = all[Math.max(0, Math.min(all.length - 1, to))]
    choose(item)
    item?.focus({ preventScroll: true })
    reveal(item)
  }

  function mark() {
    const chosen = chosenItem()
    for (const item of items.values()) item.ariaSelected = `${item === chosen}`
    if (chosen) tabTo(chosen)
    light(chosen?.row.voice)
  }

  /** A request and what answers it light up together. */
  function light(voice) {
    lit = voice
    for (const { row, classList } of items.values()) classList.toggle('lit', isLit(row.voice))
    for (const path of picture.querySelectorAll('.tie, .arrow')) path.classList.toggle('lit', isLit(path.dataset.voice))
  }
  const isLit = (voice) => lit !== undefined && voice === lit

  function tabTo(item, hasFocus = false) {
    if (stop) stop.tabIndex = -1
    stop = item
    if (item) item.tabIndex = 0
    if (hasFocus) item?.focus({ preventScroll: true })
  }

  /** Not scrollIntoView, which moves the page as well. */
  function reveal(item) {
    if (!item || app.isFollowing) return
    const { offsetTop: top } = item
    box.scrollTop = Math.max(top + 48 - box.clientHeight, Math.min(top - 40, box.scrollTop))
  }
}

/** What one takes along: the request for a shell, all of it for Mermaid, the address. */
function copies(app) {
  const { record } = app
  const noteOf = (word, ...values) => t(`lanes.${word}`, ...values)
  const copier = (word, textOf) => {
    const button = make('button', { word, disabled: true, onclick: press })
    return button
    async function press() {
      const later = await import('./copy-as.js').catch(() => undefined)
      if (later) return copy(button, textOf(later))
      say(button, 'lanes.notLoaded') // the next press asks again
      setTimeout(() => say(button, word), 1500)
    }
  }
  const curl = copier('lanes.curl', ({ curlOf }) => curlOf(/** @type {any} */ (app.selected).exchange, location.origin))
  const mermaid = copier('lanes.mermaid', ({ mermaidOf }) => mermaidOf(record, noteOf))
  const link = make('button', { word: 'lanes.link', onclick: () => copy(link, location.href) })
  for (const name of ['record', 'select'])
    app.addEventListener(name, () => {
      curl.disabled = !app.selected?.exchange
      mermaid.disabled = !record.frames.length
    })
  return make(
    'details',
    { class: 'copies' },
    make('summary', { word: 'lanes.more' }),
    make('p', { class: 'row' }, curl, mermaid, link),
  )
}
