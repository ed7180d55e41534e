// @ts-check
// Rows of bytes. Only those in sight exist: 170 kB are 10,000 rows.
import { characterAt, glyphOf, hex, isControl, rowsOf } from './hex.js'
import { make } from './page.js'

/** Calls `point(at)` for the byte that pointer, click or arrow key is at. */
export function hexView(point) {
  const body = make('div', { class: 'rows' })
  const space = make('div', { class: 'space' }, body)
  const element = make(
    'div',
    { class: 'hex code', tabIndex: 0, role: 'group', label: 'bytes.grid', onkeydown: move },
    space,
  )
  let bytes = new Uint8Array()
  let given = { lines: [], cuts: [], isWhole: false, view: 'both' }
  let roles = []
  let perRow = 16
  let rows = rowsOf(0, 16)
  let cells = []
  let range = [0, 0]
  let at = 0
  let fed = Infinity
  const height = () => parseFloat(getComputedStyle(element).lineHeight)
  element.addEventListener('scroll', paint)
  body.addEventListener('pointerover', ({ target }) => target.at !== undefined && point(target.at))
  body.addEventListener('click', ({ target }) => {
    at = target.at ?? at
    point(at)
  })
  new ResizeObserver(() => layout()).observe(element)

  function show(frame, options) {
    if (bytes !== frame.bytes) at = element.scrollTop = 0
    bytes = frame.bytes
    given = { cuts: [], ...frame, ...options }
    roles = Array(bytes.length)
    for (const line of given.lines)
      for (const [role, start, end] of line.parts) roles.fill(line.ignored ? `${role} dead` : role, start, end)
    layout()
  }

  /** 16 bytes in a row where they fit, else 8. */
  function layout() {
    const width = parseFloat(getComputedStyle(element).fontSize) * 0.62
    const columns = { hex: 56, text: 32, both: 82 }[given.view] ?? 82
    perRow = element.clientWidth < columns * width ? 8 : 16
    rows = rowsOf(bytes.length, perRow, given.isWhole)
    space.style.height = `${rows.count * height()}px`
    paint()
  }

  function paint() {
    const first = Math.floor(element.scrollTop / height())
    const last = Math.min(rows.count, first + Math.ceil(element.clientHeight / height()) + 1)
    body.style.top = `${first * height()}px`
    cells = []
    body.replaceChildren()
    for (let row = first; row < last; row++) body.append(rowOf(rows.offset(row)))
    dress()
  }

  function rowOf(start) {
    if (start === undefined) return make('div', {}, `⋯ ${rows.missing.toLocaleString('en')} B ⋯`)
    const row = make('div', {}, make('span', { class: 'quiet' }, hex(start, 5)))
    const cell = (at, text, box = '') => {
      const [from, to] = characterAt(bytes, at)
      const isTorn = given.cuts.some((cut) => from < cut && cut < to)
      const marks = `${given.cuts.includes(at) ? ' cut' : ''}${isTorn ? ' torn' : ''}`
      cells.push(make('span', { class: `${roles[at] ?? ''}${marks}${box}`, at }, text))
      return cells.at(-1)
    }
    const boxOf = (at) => (isControl(bytes[at]) ? ' ctl' : roles[at] === 'space' ? ' tray' : '')
    const all = Array.from({ length: Math.min(perRow, bytes.length - start) }, (_, i) => start + i)
    if (given.view !== 'text')
      row.append(make('span', { class: `h${perRow}` }, ...all.map((at) => cell(at, hex(bytes[at])))))
    if (given.view !== 'hex')
      row.append(make('span', { class: 't' }, ...all.map((at) => cell(at, glyphOf(bytes, at, roles[at]), boxOf(at)))))
    return row
  }

  /** What changes while one looks: the bytes pointed at, the byte at hand, what the scrubber has not fed yet. */
  function dress() {
    for (const cell of cells) {
      cell.classList.toggle('on', cell.at >= range[0] && cell.at < range[1])
      cell.classList.toggle('at', cell.at === at)
      cell.classList.toggle('later', cell.at >= fed)
    }
  }

  function move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow, Home: -Infinity, End: Infinity }[
      event.key
    ]
    if (step === undefined) return
    event.preventDefault()
    at = Math.max(0, Math.min(bytes.length - 1, at + step))
    reveal(at)
    point(at)
  }

  function reveal(byte) {
    const top = rows.row(byte) * height()
    element.scrollTop = Math.max(top + 2 * height() - element.clientHeight, Math.min(top, element.scrollTop))
    paint()
  }

  return {
    element,
    show,
    mark(next, isRevealed) {
      range = next
      if (isRevealed) reveal(range[0])
      else dress()
    },
    feed(count) {
      fed = count
      if (count < bytes.length) reveal(Math.max(0, count - 1))
      else dress()
    },
  }
}
