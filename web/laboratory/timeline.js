// @ts-check
// The sequence diagram as it happens, and what can be copied of it. The rows are an ordered list of buttons; the lines
// behind them are but a picture.
import { curlOf, mermaidOf } from './copy-as.js'
import { layout, rowsOf } from './diagram.js'
import { copy, draw, make, say, t } from './page.js'

const SIZE = 60 // rows that are drawn
const AFTER = 12 // frames shown after an older one that is selected

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const { record } = app
  const none = make('p', { class: 'why', word: 'timeline.none' })
  const picture = draw('svg', { 'aria-hidden': 'true' })
  const list = make('ol', { label: 'timeline.title', onkeydown: walk, onclick: choose })
  const box = make('div', { class: 'sequence code', onscroll: follow }, picture, list)
  const range = make('input', { type: 'range', id: 'moment', oninput: () => app.select(frameAt(range.value)) })
  const curl = make('button', { word: 'timeline.curl', onclick: () => copy(curl, curlOf(exchange(), location.origin)) })
  const noteOf = (word, ...values) => t(`timeline.${word}`, ...values)
  const mermaid = make('button', { word: 'timeline.mermaid', onclick: () => copy(mermaid, mermaidOf(record, noteOf)) })
  const link = make('button', { word: 'timeline.link', onclick: () => copy(link, location.href) })
  const ends = ['page', 'server'].map((word) => make('b', { word: `timeline.${word}` }))
  const whole = make(
    'div',
    {},
    make('p', { class: 'why', word: 'timeline.how' }),
    make('p', { class: 'ends' }, ...ends),
    box,
  )
  whole.append(make('p', { class: 'row' }, make('label', { for: 'moment', word: 'timeline.moment' }), range))
  section.append(none, whole, make('p', { class: 'row' }, curl, mermaid, link))
  /** The rows on the page, by key. @type {Map<string, any>} */
  const items = new Map()
  /** The newest frame that is shown, where newer ones are not. @type {import('./record.js').Frame | undefined} */
  let last
  let isFollowing = true
  const frameAt = (number) => record.frames.find((frame) => frame.number === Number(number))
  const exchange = () => /** @type {any} */ (app.selected?.exchange)

  app.addEventListener('record', ({ detail: { cleared } }) => {
    if (cleared) last = undefined
    if (cleared) isFollowing = true
    show()
  })
  app.addEventListener('select', () => {
    const { frames } = record
    const index = frames.indexOf(app.selected)
    if (index + AFTER >= frames.length) last = undefined
    else if (!items.has(`f${app.selected?.number}`)) last = frames[index + AFTER]
    show()
    reveal(items.get(`f${app.selected?.number}`))
  })
  new ResizeObserver(show).observe(section)

  function show() {
    const { frames, exchanges } = record
    none.hidden = frames.length > 0
    whole.hidden = mermaid.disabled = !frames.length
    curl.disabled = !exchange()
    range.min = frames[0]?.number
    range.max = frames.at(-1)?.number
    range.value = app.selected?.number
    if (last && !frames.includes(last)) last = undefined
    const rows = rowsOf(record, last && frames.indexOf(last) + 1, SIZE)
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
    const width = box.clientWidth / unit
    const { height, room, paths } = layout(rows, exchanges, width, app.selected)
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`)
    picture.replaceChildren(...Object.entries(paths).map(([name, d]) => draw('path', { class: name, d })))
    list.style.right = `${room / 16}rem`
    arrange(rows)
    if (isFollowing && !last) box.scrollTop = box.scrollHeight
  }

  /** Touches only what is new or gone: who stands on a row stays there. */
  function arrange(rows) {
    const keys = new Set(rows.map(({ key }) => key))
    for (const [key, item] of items) if (!keys.has(key)) item.remove(items.delete(key))
    let next = list.firstChild
    for (const row of rows) {
      const item = items.get(row.key) ?? itemOf(row)
      items.set(row.key, item)
      item.style.top = `${row.top / 16}rem`
      if (item === next) next = next.nextSibling
      else list.insertBefore(item, next)
      item.firstChild.ariaCurrent = row.frame && row.frame === app.selected ? 'true' : null
    }
    tabTo(document.activeElement)
  }

  function itemOf({ at, gap, way, text, note, frame, exchange }) {
    const said = make('span', { class: 'note' })
    if (note) say(said, `timeline.${note[0]}`, ...note.slice(1))
    const time = make('span', { class: 'quiet' }, (at / 1000).toFixed(3))
    const words = make('span', { class: way === '↑' ? 'client' : 'server' }, `${text} `, said)
    const item = make('li', {}, make('button', { frame, exchange }, time, words))
    if (gap) item.append(make('span', { class: 'silence' }, `${(gap / 1000).toFixed(1)} s`))
    return item
  }

  /** One stop for Tab: the row that has the focus, else the selected one, else the first. */
  function tabTo(row) {
    const buttons = [...list.querySelectorAll('button')]
    const stop = buttons.includes(row) ? row : (list.querySelector('[aria-current]') ?? buttons[0])
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1
  }

  /** The head and the end of an exchange are no frames: they show what was asked. */
  function choose({ target }) {
    const { frame, exchange } = target.closest('button') ?? {}
    if (exchange) app.select(frame ?? record.frames.find((one) => one.exchange === exchange))
  }

  function walk(event) {
    const to = { ArrowDown: 'nextSibling', ArrowUp: 'previousSibling' }[event.key]
    const item = to && event.target.parentNode[to]
    if (!item) return
    event.preventDefault()
    item.firstChild.focus({ preventScroll: true })
    tabTo(item.firstChild)
    reveal(item)
  }

  /** Not scrollIntoView, which moves the page as well. */
  function reveal(item) {
    if (!item) return
    const { offsetTop: top } = item
    box.scrollTop = Math.max(top + 48 - box.clientHeight, Math.min(top - 24, box.scrollTop))
  }

  function follow() {
    isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < 40
  }
}
