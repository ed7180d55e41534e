import { clip, isRecord } from '../../jsonrpc/index.ts'
import type { Capabilities, Implementation } from '../protocol/types.ts'

/** The capabilities by which a client can be asked, and the parts of each that are declared by themselves. */
const KNOWN = new Map([
  ['elicitation', ['form', 'url']],
  ['sampling', ['context', 'tools']],
  ['roots', ['listChanged']],
])

/**
 * The capabilities that are kept of those that a client declares: the known ones, for a session outlives the message,
 * and the extensions.
 */
export function readCapabilities(declared: unknown): Capabilities {
  const known: Capabilities = {}
  if (!isRecord(declared)) return known
  for (const [name, parts] of KNOWN) {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (!isRecord(value)) continue
    const declaredParts = parts.filter((part) => Object.hasOwn(value, part))
    // `elicitation: {}` is that of a revision in which the form was the only mode.
    const isOld = name === 'elicitation' && Object.keys(value).length === 0
    known[name] = Object.fromEntries((isOld ? ['form'] : declaredParts).map((part) => [part, {}]))
  }
  const extensions = isRecord(declared['extensions']) ? JSON.stringify(declared['extensions']) : ''
  if (extensions !== '' && extensions.length <= MAX_EXTENSIONS) known.extensions = JSON.parse(extensions)
  return known
}

/** UTF-16 units of all the extensions of a client, with its settings. With more, none of them is kept. */
const MAX_EXTENSIONS = 4096

/** The part of `clientInfo` that is kept: the name and the version, each of at most 128 UTF-16 units. */
export function readClientInfo(given: unknown): Implementation | undefined {
  if (!isRecord(given)) return undefined
  const { name, version } = given
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { name: copyOf(name), version: copyOf(version) }
}

// A copy, made through bytes: a slice of a long string refers to all of it, and so would keep it in memory.
const copyOf = (text: string): string => Buffer.from(clip(text)).toString()
