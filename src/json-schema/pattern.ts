/**
 * The regular expression of a `pattern` (ECMA-262), with the flag `u`, as JSON Schema recommends. Many patterns are
 * written for a reader without that flag: they escape what needs no escape (`\:`), or use more of Annex B. Undefined:
 * the pattern is no regular expression at all.
 */
export function toRegExp(pattern: string): RegExp | undefined {
  // A needless escape means the same as the number of its character, which is allowed everywhere.
  const numbered = pattern.replace(/\\(?:([-!"#%&',:;<=>@_`~ ])|[^])/g, (escape, needless?: string) =>
    needless ? `\\x${needless.charCodeAt(0).toString(16)}` : escape,
  )
  return compile(pattern, 'u') ?? compile(numbered, 'u') ?? compile(pattern, '')
}

function compile(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return undefined
  }
}

const ATOM = /(\\.|\[(?:\\.|[^\]\\])*\]|[^\\])([*+?]|\{\d+(?:,\d*)?\})?/gs
const INNERMOST_GROUP = /\((?:\?(?:[:=!]|<[=!]|<\w+>))?((?:\\.|\[(?:\\.|[^\]\\])*\]|[^()\\[])*)\)([*+]|\{\d+,\d*\})?/s
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))

/**
 * Whether a text may keep a regular expression busy for ever: in a group that is repeated, the same characters can be
 * taken in two ways, as in `(a+)+` and `(a|a)*`. It is a guess by the look of the pattern, good for a warning: it takes
 * `(a|[ab])*` for harmless, and whatever costs no more than a power of the length (`.*.*x`).
 */
export function isCostly(pattern: string): boolean {
  for (let rest = pattern, group; (group = INNERMOST_GROUP.exec(rest));) {
    const [whole, body = '', times] = group
    const branches = body.split('|')
    const beginsAnother = (one: string, at: number) => branches.some((other, i) => i !== at && other.startsWith(one))
    if (times && (branches.some(beginsAnother) || branches.some(repeatsFreely))) return true
    rest = rest.replace(whole, () => (times ? '.*' : body))
  }
  return false
}

/** Whether a branch of a repeated group has a repetition itself, and nothing that must stand between two turns. */
function repeatsFreely(branch: string): boolean {
  const atoms = [...branch.matchAll(ATOM)].map(([, one, times = '']) => ({ times, taken: toRegExp(`^${one}$`) }))
  const free = atoms.filter(({ times }) => /[*+,]/.test(times))
  const needed = atoms.filter(({ times }) => !/^[*?]|^\{0/.test(times))
  return free.some((a) => needed.every((b) => ASCII.some((char) => a.taken?.test(char) && b.taken?.test(char))))
}
