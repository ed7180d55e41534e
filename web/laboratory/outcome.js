// @ts-check
// What a call came to. Titles and URLs were written by strangers.

const UNITS = [
  ['years', 31_557_600],
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
]

/** The Hacker News item in a content block, or undefined. It has an `href` where its URL is one of the web. */
export function storyOf({ text }) {
  try {
    const item = JSON.parse(text)
    const { href, host, protocol = '' } = URL.canParse(item.url) ? new URL(item.url) : {}
    const link = /^https?:$/.test(protocol) && { href, host }
    const title = [...item.title].slice(0, 300).join('')
    return { ...item, href: undefined, host: undefined, ...link, title, date: new Date(item.time * 1000).toISOString() }
  } catch {
    return undefined
  }
}

/** How long ago, in the largest unit that fits: `['hours', 5]`. */
export function ageOf(seconds) {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? ['minutes', 60]
  return [unit, Math.floor(seconds / size)]
}

/** A word, and its values. The error of a tool is a result; the error of the protocol is none. */
export const verdictOf = ({ isError, content = [] }, milliseconds) =>
  isError ? ['toolError', content[0]?.text] : ['answered', content.length, milliseconds]

export function refusalOf({ code, status, message, isOurs }, isCancelled) {
  if (isOurs) return ['unanswered', message]
  if (isCancelled) return ['cancelled']
  if (Number.isInteger(code)) return ['protocolError', code, message]
  return status ? ['httpError', status, message] : ['networkError', message]
}
