/** The most URIs of one list that a client has the server keep, and the UTF-16 units of all of them. */
export const MAX_URIS = 1_000
export const MAX_URIS_LENGTH = 65_536

/** Of the URIs that a client wants to hear of, those that are kept. What is no text is left out. */
export function keptUris(wanted: Iterable<unknown>): string[] {
  const kept: string[] = []
  let length = 0
  for (const uri of wanted) {
    if (typeof uri !== 'string' || length + uri.length > MAX_URIS_LENGTH) continue
    length += uri.length
    if (kept.push(uri) === MAX_URIS) break
  }
  return kept
}
