import { parse } from './record.ts'

/** An entry of a Stream of the engine: its id, and the JSON value of its field `d`. Undefined: it has none. */
export interface Entry {
  id: string
  value: unknown
}

/** The entries in a reply, as far as they are some. */
export function entriesOf(reply: unknown): Entry[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap((one: unknown) => {
    const [id, flat] = Array.isArray(one) ? (one as unknown[]) : []
    const at = Array.isArray(flat) ? flat.indexOf('d') : -1
    return typeof id === 'string'
      ? [{ id, value: at < 0 ? undefined : parse(String((flat as unknown[])[at + 1])) }]
      : []
  })
}

/** Whether the id of an entry comes before another. */
export function isBefore(one: string, other: string): boolean {
  const [ms, count] = one.split('-').map(BigInt)
  const [otherMs, otherCount] = other.split('-').map(BigInt)
  return ms === otherMs ? count! < otherCount! : ms! < otherMs!
}
