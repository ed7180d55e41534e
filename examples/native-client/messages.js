// @ts-check
// What goes or comes, in one word: the name that the picture writes on it, and the request that it belongs to.

/**
 * @param {'↑' | '↓' | '·'} way
 * @param {string} type GET, POST, the type of an event, or readyState
 * @param {string} data the address of a GET, the body of a POST, the data of an event
 * @returns {{ label: string, request?: string | number, isAnswer?: boolean }} request: the id of a request of ours
 */
export function describe(way, type, data) {
  if (type === 'GET') return { label: `GET ${data}` }
  if (type !== 'POST' && type !== 'message') return { label: type }
  const { id, method, params, error } = parse(data)
  // A progress notification has no id; the token that the request carried says whose progress it is.
  if (method === 'notifications/progress') {
    const { progressToken, progress, total } = params ?? {}
    return {
      label: total === undefined ? `progress ${progress}` : `progress ${progress}/${total}`,
      request: progressToken,
    }
  }
  const kind = error ? 'error' : 'result'
  if (way === '↑') return method ? { label: method.replace('notifications/', ''), request: id } : { label: kind }
  return method ? { label: method } : { label: kind, request: id, isAnswer: true }
}

/** A request and all that comes for it have one colour; what belongs to none has that of its sender. */
export const voiceOf = (request, otherwise = '') => (Number.isInteger(request) ? `v${request % 4}` : otherwise)

function parse(data) {
  try {
    return Object(JSON.parse(data))
  } catch {
    return {}
  }
}

/** Where a message names its request: `"id":2`, `"progressToken":2`. Not inside a string, whose quotes are escaped. */
const NAMED = /"(?:id|progressToken)": ?(?:-?\d+|"(?:[^"\\]|\\.)*")/

/** A text in three parts: before the place where it names its request, the place, and after. */
export function splitAtId(text) {
  const { 0: name = '', index = text.length } = NAMED.exec(text) ?? {}
  return [text.slice(0, index), name, text.slice(index + name.length)]
}

/** The beginning and the end of a long text, in code points; all of a short one. */
export function ends(text, first, last) {
  if (text.length <= first + last) return { head: text, left: 0, tail: '' }
  const head = Array.from(text.slice(0, 2 * first))
    .slice(0, first)
    .join('')
  const tail = Array.from(text.slice(-2 * last))
    .slice(-last)
    .join('')
  const left = text.length - head.length - tail.length
  return left > 0 ? { head, left, tail } : { head: text, left: 0, tail: '' }
}
