// What a page may write behind the `?` of a lab route. All of it is a stranger's text until it went through here.
import { HttpError, INVALID_REQUEST } from '../../dist/index.js'

export const refusal = (status, text) => new HttpError(status, INVALID_REQUEST, text)

/** The name of a run, chosen by the page. Throws HttpError 400. */
export function runName(query) {
  const name = query.get('run') ?? ''
  if (!/^[\w-]{1,64}$/.test(name)) throw refusal(400, 'run must be 1 to 64 of A-Z a-z 0-9 _ -')
  return name
}

/** One word of several; without a default it has to be there. Throws HttpError 400. */
export function choice(query, name, words, without) {
  const word = query.get(name) ?? without
  if (!words.includes(word)) throw refusal(400, `${name} must be one of ${words.join(', ')}.`)
  return word
}

/** A whole number, undefined where there is none. Throws HttpError 400. */
export function wholeNumber(query, name) {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw refusal(400, `${name} must be a whole number.`)
  return Number(text)
}

/** Milliseconds, kept within what one can see and what the server bears. Throws HttpError 400. */
export function milliseconds(query, name, without) {
  return Math.min(Math.max(wholeNumber(query, name) ?? without, 20), 10_000)
}
