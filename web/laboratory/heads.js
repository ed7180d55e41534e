// @ts-check
// The heads of an exchange, request and response, as the page knows them. It does not see their bytes: no control
// characters are drawn, and what a reader hides is named, not made up.
import { make } from './page.js'
import { statusOf } from './tree.js'

/** @param {import('./record.js').Exchange} exchange */
export function requestHead({ method, url, headers, reader }) {
  const hidden = reader === 'EventSource' ? 'message.notSent' : 'message.browserAdds'
  return headOf('client', `${method} ${url}`, headers, hidden)
}

/** @param {import('./record.js').Exchange} exchange */
export function responseHead({ status, answerHeaders = {}, answeredAt = 0, at, reader }) {
  if (reader === 'EventSource') return make('p', { class: 'why http-head', word: 'message.notSeen' })
  if (!status) return make('p', { class: 'why http-head', word: 'message.noHead' })
  return headOf(
    'server',
    `${statusOf({ status })} · ${(answeredAt - at).toFixed(1)} ms`,
    answerHeaders,
    'message.headers',
  )
}

function headOf(side, first, headers, note) {
  const lines = Object.entries(headers).map(([name, value]) =>
    make('li', {}, make('span', { class: 'name' }, name), `: ${value}`),
  )
  return make(
    'div',
    { class: `http-head ${side}` },
    make('ol', { class: 'code' }, make('li', {}, make('b', { class: side }, first)), ...lines),
    make('p', { class: 'why', word: note }),
  )
}
