import { parseUrl } from '../url.ts'
import { printable } from '../diagnostics/printable.ts'

export { printable }

/** JSON for the terminal: printable characters only, and the same value. */
export const printableJson = (value: unknown): string => printable(JSON.stringify(value))

/** Where a command writes, and how it learns that it should end. A test brings its own. */
export interface Terminal {
  out(line: string): void
  error(line: string): void
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

/** `Name: value`, as `--header` has it, any number of times. Throws Error with one sentence. */
export function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers = new Headers()
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`--header is 'Name: value', not ${printable(line)}.`)
    try {
      headers.append(name, value)
    } catch {
      throw new Error(`--header ${printable(name)} has a character that no header may have.`)
    }
  }
  return Object.fromEntries(headers)
}

/** The URL that a command is given. Throws Error with one sentence. */
export function readUrl(words: readonly string[], usage: string): string {
  const [word, ...more] = words
  if (word === undefined || more.length > 0) throw new Error(usage)
  const url = parseUrl(word)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error(`${printable(word)} is no URL: http://127.0.0.1:3000, say.`)
  if (url.username || url.password) throw new Error(`No user name or password in the URL: --header 'Authorization: …'.`)
  return url.href
}
