// @ts-check
// A JSON value as a tree; a text that is JSON is one too. Branches grow when they are opened.
import { make } from './page.js'
import { parsed } from './record.js'

export function treeOf(name, value, depth = 0) {
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
    details.append(...(branch ? entries.map(([key, each]) => treeOf(key, each, depth + 1)) : [make('pre', {}, value)]))
  }
  details.addEventListener('toggle', grow)
  details.open = depth < 4 && entries.length < 20 && !isLong
  grow()
  return details
}
