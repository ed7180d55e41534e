/**
 * The URL that a text is, against a base if there is one; undefined where it is none. `URL.canParse` is not asked: in
 * Node 20, once it has been called often, it takes characters from U+0080 to U+00FF for bytes of UTF-8.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
