// @ts-check
// Set-up snippets of other clients, with this server's own URL.
import { copy, make } from './page.js'
import { snippetsFor } from './snippets.js'

/** @param {HTMLElement} section */
export function mount(section) {
  const base = new URL('..', location.href).href.slice(0, -1)
  const list = make('dl')
  const select = make(
    'select',
    { onchange: show },
    new Option('/mcp · Streamable HTTP', 'mcp'),
    new Option('/sse · HTTP+SSE', 'sse'),
  )
  section.append(make('label', {}, 'URL ', select), list)
  show()

  function show() {
    list.replaceChildren(
      ...snippetsFor(base, select.value).flatMap(({ name, word, where = '', text }, index) => {
        const id = `client-${index}`
        const onclick = ({ target }) => copy(target, text)
        return [
          make('dt', {}, make('b', { id }, name), ' · ', make('span', { class: 'why', word }, where)),
          make(
            'dd',
            {},
            make('pre', { translate: false }, text),
            make('button', { word: 'bar.copy', 'aria-describedby': id, onclick }),
          ),
        ]
      }),
    )
  }
}
