// Lesson 3, one way to do it. web/laboratory/fold.js is another.

const PLACE = '/message/content/parts/0'

/** For each style a function that takes one event after the other, and gives the text that it adds. */
const STYLES = {
  chatgpt() {
    let place, operation // what the first event says holds for all that say nothing
    return ({ type, data }) => {
      if (type !== 'delta') throw new RangeError(`Unknown event: ${type}`)
      const { p = place, o = operation, v } = JSON.parse(data)
      if (p === undefined || o === undefined) throw new RangeError('The event that says where and how is lost.')
      if (p !== PLACE) throw new RangeError(`Unknown place: ${p}`)
      if (o !== 'append') throw new RangeError(`Unknown operation: ${o}`)
      place = p
      operation = o
      return v
    }
  },
  kimi: () => (event) => {
    const { event: kind, text } = message(event)
    if (kind !== 'cmpl') throw new RangeError(`Unknown event in the JSON: ${kind}`)
    return text
  },
  deepseek: () => (event) => {
    const { v, ...more } = message(event)
    if (Object.keys(more).length > 0) throw new RangeError(`Unknown: ${Object.keys(more)}`)
    return v
  },
}

/** The members of an event without a name. */
function message({ type, data }) {
  if (type !== 'message') throw new RangeError(`Unknown event: ${type}`)
  return JSON.parse(data)
}

/**
 * The text that a chat product streamed.
 * @param {'chatgpt' | 'kimi' | 'deepseek'} style
 * @param {{ type: string, data: string }[]} events as the parser of lesson 2 gives them, in order
 * @returns {string}
 */
export function fold(style, events) {
  if (!Object.hasOwn(STYLES, style)) throw new RangeError(`Unknown style: ${style}`)
  const added = STYLES[style]()
  const pieces = events.map(added)
  const wrong = pieces.findIndex((piece) => typeof piece !== 'string')
  if (wrong !== -1) throw new TypeError(`Event ${wrong + 1} has no text.`)
  return pieces.join('')
}
