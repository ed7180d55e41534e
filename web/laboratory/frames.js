// @ts-check
// What went and came, a row each. Rows are only added and taken away: a flood is no reason to build the list anew.
import { sizeOf } from './hex.js'
import { make, say } from './page.js'
import { kindOf, statusOf } from './tree.js'

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const filter = make('input', { type: 'search', id: 'filter', 'data-key': '/', oninput: sift })
  const gone = make('p', { class: 'why' })
  const none = make('p', { class: 'why', word: 'frames.none' })
  const list = make('div', {
    class: 'list code',
    role: 'listbox',
    label: 'page.frames',
    hidden: true,
    onkeydown: move,
  })
  const label = make('label', { for: 'filter', word: 'frames.filter' })
  section.append(make('p', { class: 'row' }, label, filter), gone, none, list)
  /** Oldest first. @type {Map<import('./record.js').Frame, any>} */
  const rows = new Map()
  let stop // the one row that Tab reaches
  let isFollowing = true
  list.addEventListener('scroll', () => (isFollowing = list.scrollHeight - list.scrollTop - list.clientHeight < 8))
  list.addEventListener('click', ({ target }) => choose(target.closest('.frame')))
  app.addEventListener('select', () => mark(rows.get(app.selected)))
  app.addEventListener('record', update)
  update({ detail: { frames: app.record.frames, exchanges: new Set(), cleared: true } }) // it was folded until now
  mark(rows.get(app.selected))

  function update({ detail: { frames, exchanges, cleared } }) {
    const { record } = app
    const hadFocus = list.contains(document.activeElement)
    const oldest = record.frames[0]?.number ?? Infinity
    for (const [frame, row] of rows) {
      if (!cleared && frame.number >= oldest) break
      row.remove()
      rows.delete(frame)
    }
    const kept = frames.filter(({ number }) => number >= oldest)
    list.append(...kept.map(rowOf))
    for (const [{ way, exchange }, row] of rows)
      if (way === '↑' && exchanges.has(exchange)) row.status.textContent = statusOf(exchange)
    none.hidden = rows.size > 0
    list.hidden = !rows.size
    gone.hidden = !record.gone.frames
    say(gone, 'frames.gone', record.gone.frames.toLocaleString('en'), sizeOf(record.gone.bytes))
    if (!stop?.isConnected) tabTo(list.firstElementChild, hadFocus)
    if (isFollowing) list.scrollTop = list.scrollHeight
  }

  function rowOf(frame) {
    const { number, at, way, type, id, exchange, text, message, bytes } = frame
    const cell = (name, ...text) => make('span', { class: name }, ...text)
    const side = way === '↑' ? 'client' : 'server'
    const isBeat = type === 'comment'
    const status = cell('status', way === '↑' ? statusOf(exchange) : '')
    const cells = [cell('quiet', number), cell('quiet', (at / 1000).toFixed(3)), cell(side, way), cell(side, type)]
    cells.push(cell('id', id ? `id ${id}` : ''), status, cell('size', bytes ? sizeOf(bytes.length) : ''))
    cells.push(cell('text', isBeat ? `: ${text} ∙` : `${kindOf(message) ?? ''} ${text.slice(0, 120)}`))
    const name = isBeat ? 'frame beat' : 'frame'
    const row = make('div', { class: name, role: 'option', tabIndex: -1, frame, status }, ...cells)
    row.hidden = !matches(frame)
    rows.set(frame, row)
    return row
  }

  function sift() {
    for (const [frame, row] of rows) row.hidden = !matches(frame)
    if (!stop || stop.hidden) tabTo(shown()[0])
  }

  function matches({ type, id, text, message }) {
    const words = [type, message?.method, kindOf(message), id, message?.id, text].join('\n')
    return words.toLowerCase().includes(filter.value.trim().toLowerCase())
  }

  const shown = () => [...rows.values()].filter((row) => !row.hidden)

  function move(event) {
    const all = shown()
    const at = all.indexOf(stop)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    choose(all[to])
    stop?.focus({ preventScroll: true }) // the filter may have hidden them all
  }

  function choose(row) {
    if (row) app.select(row.frame)
  }

  function mark(row) {
    list.querySelector('[aria-selected]')?.removeAttribute('aria-selected')
    if (!row) return
    row.ariaSelected = 'true'
    tabTo(row)
    // Not scrollIntoView, which moves the page as well.
    const { offsetTop: top, offsetHeight: height } = row
    list.scrollTop = Math.max(top + height - list.clientHeight, Math.min(top, list.scrollTop))
  }

  function tabTo(row, hasFocus = false) {
    if (stop) stop.tabIndex = -1
    stop = row
    if (row) row.tabIndex = 0
    if (hasFocus) row?.focus()
  }
}
