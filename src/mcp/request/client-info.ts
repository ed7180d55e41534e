import { clip, isRecord } from '../../jsonrpc/index.ts'
import type { Capabilities, Implementation } from '../protocol/types.ts'

/** The capabilities by which a client can be asked, and the parts of each that are declared by themselves. */
const KNOWN = new Map([
  ['elicitation', ['form', 'url']],
  ['sampling', ['context', 'tools']],
  ['roots', ['listChanged']],
])

/** What is kept of the capabilities that a client declares: those that mean something here. A session outlives the message. */
export function readCapabilities(declared: unknown): Capabilities {
  const known: Capabilities = {}
  if (!isRecord(declared)) return known
  for (const [name, parts] of KNOWN) {
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (!isRecord(value)) continue
    const declaredParts = parts.filter((part) => Object.hasOwn(value, part))
    // `elicitation: {}` is from before there was another mode than the form.
    const isOld = name === 'elicitation' && Object.keys(value).length === 0
    known[name] = Object.fromEntries((isOld ? ['form'] : declaredParts).map((part) => [part, {}]))
  }
  return known
}

/** What is kept of `clientInfo`: the name and the version, neither longer than 128 characters. */
export function readClientInfo(given: unknown): Implementation | undefined {
  if (!isRecord(given)) return undefined
  const { name, version } = given
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { name: copyOf(name), version: copyOf(version) }
}

// Through bytes: a slice of a long string refers to all of it, and so keeps it in memory.
const copyOf = (text: string): string => Buffer.from(clip(text)).toString()
