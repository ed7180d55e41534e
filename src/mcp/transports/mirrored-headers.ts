import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { clip, type Params } from '../../jsonrpc/index.ts'
import type { HeaderParam } from '../features/header-params.ts'

/** The member of the params that `Mcp-Name` repeats, by method. */
const NAMED_BY = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

// Headers that mirror the body, from 2026-07-28 on: a proxy can route by them without reading the body. What the proxy
// believed and what the server does must be the same, so a difference is refused (transports, "Standard Request
// Headers"). Each of the three functions returns what is wrong, or undefined.

/** `Mcp-Method` repeats the method. */
export function methodMismatch(headers: IncomingHttpHeaders, method: string): string | undefined {
  return headers['mcp-method'] === method ? undefined : `Mcp-Method must repeat the body: send ${quoted(method)}.`
}

/** `Mcp-Name` repeats the name of the tool or prompt, or the URI of the resource. */
export function nameMismatch(headers: IncomingHttpHeaders, method: string, params: Params): string | undefined {
  const member = NAMED_BY.get(method)
  if (member === undefined || typeof params[member] !== 'string') return undefined
  return decode(headers['mcp-name']) === params[member]
    ? undefined
    : `Mcp-Name must repeat params.${member} of the body: send ${quoted(params[member])}.`
}

/** `Mcp-Param-*` repeats the arguments that a tool's schema marks with `x-mcp-header`. */
export function paramMismatch(
  headers: IncomingHttpHeaders,
  marked: readonly HeaderParam[],
  args: Params,
): string | undefined {
  for (const { name, path, type } of marked) {
    const value = path.reduce<unknown>(
      (at, key) => (Object.hasOwn(Object(at), key) ? (at as Params)[key] : undefined),
      args,
    )
    if (typeof value === 'object' && value !== null) continue // the schema refuses it
    const right = value === undefined || value === null ? undefined : String(value)
    if (!repeats(headers[`mcp-param-${name.toLowerCase()}`], right, type))
      return `Mcp-Param-${name} must repeat arguments.${path.join('.')} of the body: send ${right === undefined ? 'none' : quoted(right)}.`
  }
  return undefined
}

/**
 * Whether a header repeats the text of an argument. Where there is no argument there must be no header: the tool would
 * run with its default, and a proxy would have routed by something else. An integer may be written in every way that
 * JSON knows, as `42.0` say, and in no other: a proxy need not know that `0x2A` is a number in JavaScript.
 */
function repeats(header: string | string[] | undefined, right: string | undefined, type: HeaderParam['type']): boolean {
  if (right === undefined) return header === undefined
  const given = decode(header)
  if (type !== 'integer' || given === undefined) return given === right
  return JSON_NUMBER.test(given) && Number(given) === Number(right)
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i

/** A value, clipped and in quotes, for an error message. */
const quoted = (value: unknown) => JSON.stringify(clip(String(value)))

/** The text of a header: Base64 between exact marks where it is not plain ASCII. Undefined: it cannot be decoded. */
function decode(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined
  if (!header.startsWith('=?base64?') || !header.endsWith('?=') || header.length < 11) {
    return /^[\t\x20-\x7e]*$/.test(header) ? header : undefined
  }
  const text = header.slice('=?base64?'.length, -'?='.length)
  const bytes = Buffer.from(text, 'base64')
  // Node decodes anything. What does not give the same text when it is encoded again was not Base64.
  return bytes.toString('base64') === text && isUtf8(bytes) ? bytes.toString() : undefined
}
