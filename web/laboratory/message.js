// @ts-check
// What is selected: what it means, its bytes one by one, its JSON-RPC message, and the HTTP around it.
import { annotated } from './annotated.js'
import { requestHead, responseHead } from './heads.js'
import { treeOf } from './json-tree.js'
import { isMerged, voiceOf } from './lanes-rows.js'
import { meaningOf } from './meaning.js'
import { make, say, set } from './page.js'
import { errorName, kindOf, statusOf, unanswered } from './tree.js'

/** @param {HTMLElement} section @param {import('./main.js').App} app */
export function mount(section, app) {
  const box = /** @type {HTMLElement} */ (section.querySelector('.detail')) // a specimen until something is selected
  const title = make('h3', { hidden: true })
  const list = make('p', { class: 'row' })
  section.append(title, list)
  let known = ''
  let shown = '' // what the detail depends on: it is drawn anew when that has changed, so that what is unfolded stays so
  app.addEventListener('select', () => show(true))
  app.addEventListener('record', () => {
    const open = unanswered(app.record.frames)
    const next = `${open.map(({ number }) => number)}`
    if (stateOf() !== shown) show()
    title.hidden = !open.length
    if (next === known) return
    known = next
    say(title, 'message.open', open.length)
    list.replaceChildren(...open.slice(-20).map(link))
  })
  show(true)

  function link(frame) {
    const { number, message, type } = frame
    const text = `#${number} ${message?.method ?? kindOf(message) ?? type}`
    return make('button', { class: 'link code', onclick: () => app.select(frame) }, text)
  }

  function show(isOther = false) {
    const { selected: frame, part } = app
    if (!frame) return
    shown = stateOf()
    const hadFocus = box.contains(document.activeElement)
    const { message, exchange, text, way, type, bytes } = frame
    const isUp = way === '↑' && message === undefined // a GET: nothing but its head
    const isHead = part !== undefined || isMerged(frame) || isUp
    const isHidden = way === '↓' && exchange?.reader === 'EventSource'
    box.replaceChildren(part ? headTitle(frame, part) : titleOf(frame), sentence(frame, part))
    if (isHead) box.append(...http(exchange, isMerged(frame) ? 'head' : part, part || isUp ? '' : text))
    if (!part && way === '↓' && bytes && type !== 'body')
      box.append(make('h3', { word: 'message.bytes' }), annotated(frame))
    if (isHidden) box.append(...hidden())
    if (!part) for (const each of [message ?? []].flat()) box.append(kindLine(each))
    if (!part && message !== undefined) box.append(treeOf('', message))
    else if (!isHead && text && (way !== '↓' || type === 'body' || !bytes))
      box.append(make('pre', {}, text.slice(0, 2000)))
    if (exchange && !isHead) box.append(folded(exchange))
    if (isOther) section.scrollTop = 0
    if (hadFocus) section.focus({ preventScroll: true }) // on what was pressed, which is gone
  }

  /** What it means; and the other half of it, to go there. */
  function sentence(frame, part) {
    const line = make('p', { class: 'meaning' })
    const text = make('span')
    say(text, ...meaningIn(frame, part))
    line.append(text)
    const asked = askedIn(frame.exchange)
    const other = isMerged(frame) || part === 'head' ? asked?.partner : frame.partner
    if (other) line.append(' ', link(other))
    return line
  }

  function stateOf() {
    const { partner, exchange } = app.selected ?? {}
    return [partner?.number, exchange?.status, exchange?.ending, exchange && askedIn(exchange)?.partner?.number].join()
  }

  /** What was sent in an exchange. */
  function askedIn(exchange) {
    return app.record.frames.find((one) => one.exchange === exchange && one.way === '↑')
  }

  /** EventSource has no bytes to show. The button connects anew, with the reader that has them. */
  function hidden() {
    const read = () => {
      set({ reader: 'fetch' })
      app.connect()
    }
    return [make('p', { class: 'why', word: 'bytes.hidden' }), make('button', { word: 'bytes.fetch', onclick: read })]
  }
}

/** @returns {[string, ...any[]]} */
function meaningIn(frame, part) {
  const [word, ...values] = meaningOf(frame, part)
  return [`message.${word}`, ...values]
}

/** The heads of both; the response first where that is meant, with its `body`. */
function http(exchange, meant, body = '') {
  const [asked, answered] = [requestHead(exchange), responseHead(exchange)]
  if (meant !== 'head') return [asked, answered]
  return body ? [answered, make('pre', {}, body), asked] : [answered, asked]
}

function folded(exchange) {
  const { method, url, status } = exchange
  const summary = make('summary', {}, make('b', {}, 'HTTP'), ` ${method} ${url.split('?')[0]} `, statusOf({ status }))
  return make('details', { class: 'http' }, summary, ...http(exchange))
}

/** The arrow, the id in its colour, and what it is. */
function titleOf(frame) {
  const { way, type, message, bytes, exchange } = frame
  const { id, colour } = voiceOf(frame)
  const badge = id === undefined ? [] : [make('b', { class: `id v${colour}` }, `id ${id}`), ' ']
  const what = isMerged(frame)
    ? statusOf(exchange)
    : way === '↑'
      ? `${exchange?.method} ${message?.method ?? ''}`
      : type
  const size = bytes ? [' ', make('small', { class: 'why' }, `${bytes.length.toLocaleString('en')} B`)] : []
  return make('p', { class: 'what code' }, `${way} `, ...badge, what, ...size)
}

function headTitle({ exchange }, part) {
  const text = part === 'head' ? `↓ ${statusOf(exchange)}` : `${exchange.method} ${exchange.url.split('?')[0]}`
  return make('p', { class: 'what code' }, text)
}

function kindLine({ method, id, error, result }) {
  const kind = kindOf({ method, id, error, result })
  const what = error ? `${error.code} ${errorName(error.code)}` : (method ?? '')
  const badge = make('strong', { class: `badge ${kind}` }, kind ?? 'JSON')
  return make('p', {}, badge, ` ${what} ${id === undefined ? '' : `id ${JSON.stringify(id)}`}`)
}
