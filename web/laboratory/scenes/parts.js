// @ts-check
// What the scenes have in common: how a row of a recording is read, and how it is drawn.
import { voiceOf } from '../lanes-rows.js'
import { make } from '../page.js'
import { linesOf } from '../roles.js'

/**
 * A row of a recorded conversation. `head`: of a request its method and URL, of a response its status. `body`: what
 * follows it, where it is no stream. `event`: a block of an event stream, to the byte.
 *
 * @typedef {{ way: '↑' | '↓', head?: string, body?: string, event?: string }} Row
 */

export const linesIn = (text) => linesOf(new TextEncoder().encode(text), true)

/** @param {Row} row @returns {{ label: string, message?: any, id?: string, colour?: number }} */
export function read({ way, head = '', body, event }) {
  const lines = event === undefined ? [] : linesIn(event)
  const valueOf = (name) => lines.find((line) => line.name === name)?.value
  const json = body ?? valueOf('data')
  const message = json?.startsWith('{') ? JSON.parse(json) : undefined
  const method = message?.method?.replace('notifications/', '')
  const label = method ?? valueOf('event') ?? (event === undefined ? head : event.trimEnd())
  return { label, message, ...voiceOf({ way, message }) }
}

/** A row as a box with its label, in the colour that a request shares with its answer. `isNamed`: with its id, too. */
export function box(row, isNamed = false) {
  const { label, id, colour } = read(row)
  const badge = isNamed && id !== undefined ? [make('b', { class: 'id' }, `id ${id}`)] : []
  return make('span', { class: `box ${row.way === '↑' ? 'up' : 'down'} ${toneOf(colour)}` }, ...badge, label)
}

export const toneOf = (colour) => (colour === undefined ? 'plain' : `v${colour}`)
