/** Matches a URI: the values of a template's variables, percent-decoded. Undefined where the URI does not match. */
export type Match = (uri: string) => Record<string, string> | undefined

/** A URI template that was parsed. */
export interface UriTemplate {
  readonly variables: readonly string[]
  /** In a match each variable has at least one character. */
  readonly match: Match
}

/** The names of a template's variables, for the type system. */
export type VariableOf<T extends string> = string extends T
  ? string
  : T extends `${string}{${infer V}}${infer Rest}`
    ? (V extends `+${infer Name}` ? Name : V) | VariableOf<Rest>
    : never

/**
 * Parses a URI template (RFC 6570) of `{variable}`, which ends at / ? #, and `{+variable}`, which goes on over them. A
 * variable ends where the text after it first occurs. No regular expression is made of the template: it could take for
 * ever on a URI that somebody chose. Throws TypeError for any other template.
 */
export function parseTemplate(template: string): UriTemplate {
  const [first = '', ...pieces] = template.split('{')
  const parts = pieces.map((piece) => {
    const [expression = '', text, ...rest] = piece.split('}')
    const [, plus, name] = /^(\+?)(\w+)$/.exec(expression) ?? []
    if (name === undefined || text === undefined || rest.length > 0)
      throw new TypeError(`Template ${template}: use {variable} and {+variable} of A-Z a-z 0-9 _`)
    return { name, reserved: plus === '+', text }
  })
  const variables = parts.map(({ name }) => name)
  if (parts.length === 0 || new Set(variables).size < parts.length)
    throw new TypeError(`Template ${template}: it needs variables, each under a name of its own.`)
  if (parts.slice(0, -1).some(({ text }) => text === ''))
    throw new TypeError(`Template ${template}: between two variables there must be text.`)
  if (!isUri(first + parts.map(({ text }) => `x${text}`).join('')))
    throw new TypeError(`Template ${template}: it does not make URIs.`)

  return {
    variables,
    match(uri) {
      if (!uri.startsWith(first)) return undefined
      const values = Object.create(null) as Record<string, string>
      let at = first.length
      for (const [i, { name, reserved, text }] of parts.entries()) {
        const isLast = i === parts.length - 1
        const end = isLast ? uri.length - text.length : uri.indexOf(text, at + 1)
        const value = uri.slice(at, end)
        if (end <= at || !uri.startsWith(text, end) || (!reserved && /[/?#]/.test(value))) return undefined
        const decoded = decode(value)
        if (decoded === undefined) return undefined
        values[name] = decoded
        at = end + text.length
      }
      return values
    },
  }
}

/** Whether a text is a URI with a scheme (RFC 3986, "Characters"), and its percent-encoding is UTF-8. */
export function isUri(text: string): boolean {
  return text.length <= MAX_URI_LENGTH && URI.test(text) && decode(text) !== undefined
}

const URI = /^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i

const MAX_URI_LENGTH = 8192 // UTF-16 units

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // not UTF-8
  }
}

/**
 * Whether a path has `..` between slashes, or NUL: it could lead out of the folder before it (RFC 3986, "Dot
 * Segments").
 */
export const hasDotSegments = (path: string): boolean => path.includes('\0') || path.split(/[/\\]/).includes('..')
