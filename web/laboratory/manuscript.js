// @ts-check
// The sheets of a stream that is cut and resumed: what each GET sent, beside it its response as it was written. Where
// the stream was cut the sheet is torn; what the server sent again is hatched.
import { draw, make, say } from './page.js'
import { statusOf } from './tree.js'
import { written } from './written.js'

const TEAR = [3, 7, 2, 6, 4, 8, 3, 5, 1, 7, 4, 6, 2, 8, 5, 3, 7, 2, 6, 4, 7]

export function createManuscript() {
  const list = make('ol')
  const element = make('div', { class: 'manuscript', role: 'group', tabIndex: 0, label: 'reconnect.sheets' }, list)
  let isFollowing = true
  element.addEventListener('scroll', () => {
    isFollowing = element.scrollHeight - element.scrollTop - element.clientHeight < 40
  })

  /** @param {import('./cuts.js').Sheet[]} sheets @param {boolean} isOver no further GET will be sent */
  function show(sheets, isOver) {
    const last = sheets.at(-1)
    const isWaiting = last?.exchange.ending === 'cut' && !isOver
    list.replaceChildren(...sheets.map(sheetOf), ...(isWaiting ? [gap('li', 'reconnect.waits')] : []))
    if (isFollowing) element.scrollTop = element.scrollHeight
  }

  return { element, show }
}

function sheetOf(sheet) {
  const { exchange, waited, rows, gone } = sheet
  const paper = make('ol', { class: `paper ${exchange.ending ?? ''}` })
  if (exchange.status) paper.append(make('li', { class: 'status server' }, statusOf(exchange)))
  if (gone) paper.append(said('li', 'reconnect.earlier', gone))
  paper.append(...rows.map(rowOf))
  if (exchange.ending && exchange.ending !== 'cut') paper.append(said('li', `reconnect.${exchange.ending}`))
  const parts = [askedOf(sheet), paper]
  if (exchange.ending === 'cut') parts.push(tear())
  if (waited !== undefined) parts.unshift(gap('div', 'reconnect.waited', (waited / 1000).toFixed(1)))
  return make('li', { class: 'sheet' }, ...parts)
}

function askedOf({ exchange, number, lastEventId, isTold }) {
  const [path] = exchange.url.split('?')
  const asked = make('div', { class: 'asked code' }, make('b', { class: 'client' }, `${number} · GET`), ` ${path}`)
  if (lastEventId !== undefined) asked.append(make('b', { class: 'sent' }, `Last-Event-ID: ${lastEventId}`))
  else asked.append(said('span', 'reconnect.without'))
  if (isTold && lastEventId !== undefined) asked.append(said('small', 'reconnect.told'))
  return asked
}

/** A row as it came; without bytes, what EventSource gives. */
function rowOf({ frame, isReplayed }) {
  const { bytes, type, text, id, offset } = frame
  const shown = bytes ? written(bytes, { isFirst: offset === 0 }) : partsOf({ type, data: text, lastEventId: id })
  return make('li', { class: isReplayed ? 'code replayed' : 'code' }, ...shown)
}

const partsOf = (event) =>
  Object.entries(event).flatMap(([name, value = '""']) => [make('i', { class: 'why' }, name), ` ${value} `])

function said(tag, word, ...values) {
  const element = make(tag, { class: 'why' })
  say(element, word, ...values)
  return element
}

const gap = (tag, word, ...values) => make(tag, { class: 'gap' }, said('span', word, ...values))

function tear() {
  const step = 100 / (TEAR.length - 1)
  const edge = TEAR.map((y, index) => `${index ? 'L' : 'M'}${(index * step).toFixed(1)},${y}`).join('')
  const shape = { class: 'tear', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }
  return draw('svg', shape, draw('path', { class: 'sheet-end', d: `${edge}V0H0Z` }), draw('path', { d: edge }))
}
