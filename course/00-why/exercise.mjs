// Lesson 0. A review of tools before they are let in, and of what became of them afterwards.
// npm run lesson 0

/**
 * Every text in a tool that a model reads: all strings at any depth, and the names of all members.
 * @param {object} tool as tools/list gives it
 * @returns {string[]}
 */
export function textsOf(tool) {
  // TODO 1: a schema is text, too: descriptions of parameters, enum, default, and the names of members.
  return [tool.name, tool.description]
}

/**
 * The same text, with what nobody sees written out: a zero width space becomes [U+200B].
 * @param {string} text
 */
export function visible(text) {
  // TODO 2: all that is invisible by its nature (\p{DI}), and all control and format characters (\p{C}) but the line feed.
  // TODO 3: four or more line feeds in a row push the rest out of sight: write [40 line ends] instead.
  return text.replace(/\u200B/g, '[U+200B]')
}

/**
 * The names of the tools that are not what was let in: new ones, missing ones, and those with any difference.
 * @param {object[]} approved the list on the day of the review
 * @param {object[]} listed the list today
 * @returns {string[]} in the order of the alphabet
 */
export function changed(approved, listed) {
  // TODO 4: the order of tools and of members means nothing; everything else does.
  const before = approved.map(({ name }) => name)
  return listed.map(({ name }) => name).filter((name) => !before.includes(name))
}
