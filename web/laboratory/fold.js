// @ts-check
// The text in four styles of chat streams. SSE carries whatever one puts into `data`; each product put something else.

/**
 * Takes the data of one event after the other; gives the text that each adds. Throws RangeError for what it does not
 * know: to guess would be to show a text that nobody wrote.
 *
 * @param {string} style
 * @returns {(data: string) => string}
 */
export function createFold(style) {
  const fold = FOLDS[style]
  if (!fold) throw new RangeError(`No such style: ${style}`)
  return fold()
}

/** The members of a JSON text, none where it is no object. Throws SyntaxError. */
const membersOf = (data) => Object(JSON.parse(data))

const FOLDS = {
  //> chatgpt
  /** The first event says where (`p`) and how (`o`); the later ones inherit both. */
  chatgpt() {
    let operation
    return (data) => {
      const { o, v } = membersOf(data)
      operation = o ?? operation
      if (operation !== undefined && operation !== 'append') throw new RangeError(`Unknown operation: ${operation}`)
      if (operation === undefined) throw new RangeError('No operation yet: the event that names it is lost.')
      return v
    }
  },
  //<
  /** The type is a member of the JSON. */
  kimi: () => (data) => {
    const { event, text } = membersOf(data)
    if (event !== 'cmpl') throw new RangeError(`Unknown event: ${event}`)
    return text
  },
  /** Nothing but the text: path and operation came long before. */
  deepseek: () => (data) => {
    const { v, ...more } = membersOf(data)
    if (typeof v !== 'string' || Object.keys(more).length > 0) throw new RangeError(`Unknown: ${data}`)
    return v
  },
  /** The end is told by a text that is no JSON. */
  openai: () => (data) => {
    if (data === '[DONE]') return ''
    const delta = membersOf(data).choices?.[0]?.delta
    if (!delta) throw new RangeError(`Unknown: ${data}`)
    return delta.content ?? ''
  },
}
