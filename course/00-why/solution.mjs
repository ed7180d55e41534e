// Lesson 0, one way to do it.

/**
 * Every text in a tool that a model reads: all strings at any depth, and the names of all members.
 * @param {object} tool as tools/list gives it
 * @returns {string[]}
 */
export function textsOf(tool) {
  if (typeof tool === 'string') return [tool]
  if (typeof tool !== 'object' || tool === null) return []
  if (Array.isArray(tool)) return tool.flatMap(textsOf)
  return Object.entries(tool).flatMap(([name, value]) => [name, ...textsOf(value)])
}

/**
 * The same text, with what nobody sees written out: a zero width space becomes [U+200B].
 * @param {string} text
 */
export function visible(text) {
  const code = (character) => character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')
  return text
    .replace(/(?!\n)[\p{DI}\p{C}]/gu, (character) => `[U+${code(character)}]`)
    .replace(/\n{4,}/g, (ends) => `[${ends.length} line ends]`)
}

/**
 * The names of the tools that are not what was let in: new ones, missing ones, and those with any difference.
 * @param {object[]} approved the list on the day of the review
 * @param {object[]} listed the list today
 * @returns {string[]} in the order of the alphabet
 */
export function changed(approved, listed) {
  const before = new Map(approved.map((tool) => [tool.name, canonical(tool)]))
  const today = new Map(listed.map((tool) => [tool.name, canonical(tool)]))
  const names = new Set([...before.keys(), ...today.keys()])
  return [...names].filter((name) => before.get(name) !== today.get(name)).toSorted()
}

/** One text for all ways to write the same value: members in the order of the alphabet. */
function canonical(value) {
  return JSON.stringify(value, (_name, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
