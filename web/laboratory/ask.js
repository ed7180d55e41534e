// @ts-check
// The dialog for what a server asks its client. Whoever reads the page is the user, and plays the model.
import { inputsOf } from './fields.js'
import { fieldsOf, valuesOf } from './form.js'
import { make } from './page.js'

/** What answers a server's requests: one dialog after the other. @param {import('./main.js').App} app */
export function createAsk(app) {
  let last = Promise.resolve()
  return (method, params) => {
    const answer = last.then(() => ask(app, method, params))
    last = answer.catch(() => {})
    return answer
  }
}

const refusal = (code, message) => Object.assign(new Error(message), { code, isOurs: true })
const said = (text, tag = 'pre') => make(tag, { translate: false }, text)

/** For each question: what to show, and what saying yes gives; or the link that says yes. */
const questions = {
  form({ message, requestedSchema }) {
    const fields = fieldsOf(requestedSchema)
    const give = (form) => ({ action: 'accept', content: valuesOf(fields, new FormData(form)) })
    return { parts: [said(message), ...inputsOf(fields)], give }
  },
  // The whole address is there to be read, and nothing is fetched before the click.
  url({ message, url }) {
    const { href, host, protocol } = URL.canParse(url) ? new URL(url) : { href: url, host: '', protocol: '' }
    const parts = [said(message), said(href), said(host, 'b')]
    if (!/^https?:$/.test(protocol)) return { parts }
    return { parts, link: make('a', { href, target: '_blank', rel: 'noreferrer noopener', word: 'tool.open' }) }
  },
  model({ messages, systemPrompt = '–', maxTokens }) {
    const lines = messages.map(({ role, content }) => `${role}: ${content.text ?? JSON.stringify(content)}`)
    const text = make('textarea', { required: true })
    const give = () => {
      const content = { type: 'text', text: text.value }
      return { role: 'assistant', content, model: 'reader', stopReason: 'endTurn' }
    }
    const label = make('label', {}, make('span', { word: 'tool.play' }), text)
    return { parts: [said([`system: ${systemPrompt}`, ...lines, `maxTokens: ${maxTokens}`].join('\n')), label], give }
  },
}

async function ask(app, method, params) {
  const isModel = method === 'sampling/createMessage'
  if (!isModel && method !== 'elicitation/create') throw refusal(-32601, `${method} is not served here.`)
  if (app.client?.state !== 'open') throw refusal(-1, 'The connection is gone.') // while another dialog was open
  const { parts, give, link } = questions[isModel ? 'model' : params.mode === 'url' ? 'url' : 'form'](params)
  const title = make('h2', { id: 'ask-title', translate: false }, method)
  const how = make('p', { class: 'why', word: app.client.revision >= '2026' ? 'tool.byRetry' : 'tool.byRequest' })
  const row = make('p', { class: 'row' })
  const form = make('form', {}, title, how, ...parts, row)
  const dialog = /** @type {HTMLDialogElement} */ (make('dialog', { 'aria-labelledby': title.id }, form))
  document.body.append(dialog)
  try {
    return await new Promise((resolve, reject) => {
      const act = (action) => make('button', { word: `tool.${action}`, onclick: () => resolve({ action }) })
      const refuse = () => reject(refusal(-1, 'User rejected sampling request'))
      if (give) row.append(make('button', { type: 'submit', class: 'next', word: 'tool.accept' }))
      if (link) row.append(link)
      link?.addEventListener('click', () => resolve({ action: 'accept' }))
      row.append(
        ...(isModel ? [make('button', { word: 'tool.decline', onclick: refuse })] : ['decline', 'cancel'].map(act)),
      )
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        resolve(give(form))
      })
      dialog.addEventListener('cancel', () => row.lastElementChild.click()) // Escape
      app.addEventListener('client', () => reject(refusal(-1, 'The connection is gone.')), { once: true })
      dialog.showModal()
    })
  } finally {
    dialog.close() // gives the focus back
    dialog.remove()
  }
}
