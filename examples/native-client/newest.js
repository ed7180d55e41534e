// @ts-check
// The newest thing on the wire, below the picture: what it says, and the place in it that names its request.
import { withBoxes } from './control.js'
import { $, say, stamp } from './draw.js'
import { ends, splitAtId, voiceOf } from './messages.js'

const SHOWN = [260, 60] // of a long text: its first characters, and its last

/** A POST is its address, its body and its status; an event is what EventSource hands over of it. */
export function showNewest({ way, type, number, label, request, after, size, data, status }) {
  const badge = request === undefined ? '' : `id ${request}`
  const head = stamp('head', { way, label, badge, after, size: `${size.toLocaleString('en')} B` })
  head.querySelector('.badge').className = `badge ${voiceOf(request)}`
  head.querySelector('.way').className = way === '↓' ? 'way server' : 'way client'
  $('newest').dataset.number = number
  $('newest').replaceChildren(head)
  if (way === '↓') $('newest').append(line('type', type), line('data', data, request))
  else if (type === 'GET') $('newest').append(line('GET', data))
  else $('newest').append(line('POST', $('endpoint').textContent), line('body', data, request))
  if (status !== undefined) $('newest').append(accepted(status))
}

function accepted(status) {
  const copy = line('', status)
  copy.classList.add('status')
  if (status.startsWith('202')) copy.querySelector('.value').append(spanOf('notTheAnswer'))
  return copy
}

function line(name, text, request) {
  const copy = stamp('line', { name })
  const { head, left, tail } = ends(text, ...SHOWN)
  const value = copy.querySelector('.value')
  value.append(...marked(head, request))
  if (left > 0) value.append(spanOf('gap', left.toLocaleString('en')), ...marked(tail, request))
  return copy
}

/** A text with the place marked where it names its request, in the colour of that. */
function marked(text, request) {
  const [before, name, after] = splitAtId(text)
  if (request === undefined || !name) return withBoxes(text)
  const mark = Object.assign(document.createElement('mark'), { className: voiceOf(request), textContent: name })
  return [...withBoxes(before), mark, ...withBoxes(after)]
}

function spanOf(word, ...values) {
  const span = document.createElement('span')
  say(span, word, ...values)
  return span
}
