// @ts-check
// The JSON-RPC message of the selected frame, its other half, and the HTTP around it.
import { annotated } from './annotated.js'
import { make, say, set } from './page.js'
import { voiceOf } from './lanes-rows.js'
import { parsed } from './record.js'
import { errorName, kindOf, statusOf, unanswered } from './tree.js'

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const box = make('div', { class: 'stack' })
  const title = make('h3', { hidden: true })
  const list = make('p', { class: 'row' })
  section.querySelector('p')?.remove() // the word for an empty panel, which is in `box` now
  section.append(box, title, list)
  let known = ''
  app.addEventListener('select', show)
  app.addEventListener('record', ({ detail }) => {
    const open = unanswered(app.record.frames)
    const { selected: frame } = app
    const next = `${open.map(({ number }) => number)}`
    if (frame && (detail.exchanges.has(frame.exchange) || next !== known)) show()
    title.hidden = !open.length
    if (next === known) return
    known = next
    say(title, 'message.open', open.length)
    list.replaceChildren(...open.slice(-20).map(link))
  })
  show()

  function link(frame) {
    const { number, message, type } = frame
    return make(
      'button',
      { onclick: () => app.select(frame) },
      `#${number} ${message?.method ?? kindOf(message) ?? type}`,
    )
  }

  function show() {
    const { selected: frame } = app
    box.replaceChildren()
    if (!frame) return box.append(make('p', { word: 'message.none' }))
    const { message, partner, exchange, text, way, type } = frame
    box.append(titleOf(frame))
    if (partner) {
      const time = make('span')
      say(
        time,
        kindOf(message) === 'request' ? 'message.answer' : 'message.question',
        Math.abs(partner.at - frame.at).toFixed(1),
      )
      box.append(make('p', {}, time, ' ', link(partner)))
    }
    if (way === '↓' && type !== 'body' && frame.bytes) box.append(annotated(frame))
    if (way === '↓' && exchange?.reader === 'EventSource') box.append(...hidden())
    for (const each of [message ?? []].flat()) box.append(head(each))
    if (message !== undefined) box.append(node('', message, 0))
    else if (way !== '↓' || type === 'body' || !frame.bytes) box.append(make('pre', {}, text.slice(0, 2000)))
    if (exchange) box.append(...http(exchange, way === '·'))
  }

  /** EventSource has no bytes to show. The button connects anew, with the reader that has them. */
  function hidden() {
    const read = () => {
      set({ reader: 'fetch' })
      app.connect()
    }
    return [make('p', { class: 'why', word: 'bytes.hidden' }), make('button', { word: 'bytes.fetch', onclick: read })]
  }

  function http({ method, url, headers, reader, status, answerHeaders = {}, answeredAt, at, number }) {
    const list = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
    const asked = app.record.frames.find(({ exchange, way }) => way === '↑' && exchange?.number === number)
    const parts = [make('h3', {}, 'HTTP'), make('pre', { class: 'client' }, `${method} ${url}\n`, ...list(headers))]
    if (status)
      parts.push(
        make(
          'pre',
          { class: 'server' },
          `${statusOf({ status })} · ${(answeredAt - at).toFixed(1)} ms\n`,
          ...list(answerHeaders),
        ),
      )
    parts.push(make('p', { class: 'why', word: reader === 'fetch' ? 'message.headers' : 'message.hidden' }))
    if (status === 202) {
      const note = make('p', {}, make('span', { word: 'message.accepted' }))
      if (asked?.partner) note.append(' ', link(asked.partner))
      parts.push(note)
    }
    return parts
  }
}

/** The arrow, the id in its colour, and what it is. */
function titleOf(frame) {
  const { way, type, message, bytes, exchange } = frame
  const { id, colour } = voiceOf(frame)
  const badge = id === undefined ? [] : [make('b', { class: `id v${colour}` }, `id ${id}`), ' ']
  const what = way === '↑' ? `${exchange?.method} ${message?.method ?? ''}` : type
  const size = bytes ? [' ', make('small', { class: 'why' }, `${bytes.length.toLocaleString('en')} B`)] : []
  return make('p', { class: 'what code' }, `${way} `, ...badge, what, ...size)
}

function head({ method, id, error, result }) {
  const kind = kindOf({ method, id, error, result })
  const what = error ? `${error.code} ${errorName(error.code)}` : (method ?? '')
  return make(
    'p',
    {},
    make('strong', { class: `badge ${kind}` }, kind ?? 'JSON'),
    ` ${what} ${id === undefined ? '' : `id ${JSON.stringify(id)}`}`,
  )
}

/** A value as a tree; a text that is JSON is one too. Branches grow when they are opened. */
function node(name, value, depth) {
  const label = make('span', { class: 'name' }, name)
  const branch = typeof value === 'string' ? parsed(value) : value
  const isLong = typeof value === 'string' && value.length > 200
  if (!isLong && (branch === null || typeof branch !== 'object'))
    return make('div', { class: 'code leaf' }, label, ` ${JSON.stringify(value)}`)
  const entries = Object.entries(branch ?? {})
  const size = Array.isArray(branch)
    ? `[${entries.length}]`
    : branch
      ? `{${entries.length}}`
      : `"${value.slice(0, 60)}…"`
  const details = make(
    'details',
    { class: 'code' },
    make('summary', {}, label, ` ${typeof value === 'string' ? 'JSON ' : ''}${size}`),
  )
  const grow = () => {
    if (!details.open || details.children.length > 1) return
    details.append(...(branch ? entries.map(([key, each]) => node(key, each, depth + 1)) : [make('pre', {}, value)]))
  }
  details.addEventListener('toggle', grow)
  details.open = depth < 4 && entries.length < 20 && !isLong
  grow()
  return details
}
