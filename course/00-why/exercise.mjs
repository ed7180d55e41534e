// Lesson 0. A review of tools before they are let in, and of what became of them afterwards.
// 第 0 课：工具放进来之前先审一遍，放进来之后再看它变没变。
// npm run lesson 0

/**
 * Every text in a tool that a model reads: all strings at any depth, and the names of all members.
 * 一个工具里模型会读到的全部文字：不管多深，所有的字符串，还有所有成员的名字。
 * @param {object} tool as tools/list gives it
 * @returns {string[]}
 */
export function textsOf(tool) {
  // TODO 1: a schema is text, too: descriptions of parameters, enum, default, and the names of members.
  //   schema 也是文字：参数的说明、enum、default，还有成员的名字。
  return [tool.name, tool.description]
}

/**
 * The same text, with what nobody sees written out: a zero width space becomes [U+200B].
 * 还是这段文字，只是把看不见的写出来：零宽空格写成 [U+200B]。
 * @param {string} text
 */
export function visible(text) {
  // TODO 2: all that is invisible by its nature (\p{DI}), and all control and format characters (\p{C}) but the line feed.
  //   天生看不见的字符（\p{DI}），还有所有的控制字符和格式字符（\p{C}），换行 LF 除外。
  // TODO 3: four or more line feeds in a row push the rest out of sight: write [40 line ends] instead.
  //   连着四个以上的 LF，会把后面的文字挤到屏幕外面去：改写成 [40 line ends] 这样。
  return text.replace(/\u200B/g, '[U+200B]')
}

/**
 * The names of the tools that are not what was let in: new ones, missing ones, and those with any difference.
 * 和放进来时不一样的工具，列出名字：多了的、少了的、有任何不同的。
 * @param {object[]} approved the list on the day of the review
 * @param {object[]} listed the list today
 * @returns {string[]} in the order of the alphabet
 */
export function changed(approved, listed) {
  // TODO 4: the order of tools and of members means nothing; everything else does.
  //   工具的次序、成员的次序，不算数；别的全都算。
  const before = approved.map(({ name }) => name)
  return listed.map(({ name }) => name).filter((name) => !before.includes(name))
}
