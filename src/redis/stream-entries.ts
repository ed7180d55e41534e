/** An entry of a Stream of the engine: its id, and its fields by name. */
export interface Entry {
  id: string
  fields: Map<string, string>
}

/** The entries in a reply, as far as they are some. */
export function entriesOf(reply: unknown): Entry[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap((one: unknown) => {
    const [id, flat] = Array.isArray(one) ? (one as unknown[]) : []
    return typeof id === 'string' && Array.isArray(flat) ? [{ id, fields: pairsOf(flat) }] : []
  })
}

/** Names and values in turn, as a Map. */
export function pairsOf(flat: readonly unknown[]): Map<string, string> {
  const pairs = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.set(String(flat[at]), String(flat[at + 1]))
  return pairs
}

/** Whether the id of an entry comes before another. */
export function isBefore(one: string, other: string): boolean {
  const [[ms, count], [otherMs, otherCount]] = [one, other].map((id) => id.split('-').map(BigInt)) as [
    bigint[],
    bigint[],
  ]
  return ms === otherMs ? count! < otherCount! : ms! < otherMs!
}
