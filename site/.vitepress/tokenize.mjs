/**
 * The words of a text, for the search. Chinese is written without spaces: of a run of characters each pair is a word
 * (断线重连: 断线, 线重, 重连, and the last character alone), when the index is built and when it is asked. The pairs do
 * not depend on a dictionary, which a browser might have in another version. One function, without anything around it:
 * the generator hands its source to the browser.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function tokenize(text) {
  const words = []
  for (const [run] of text.matchAll(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu)) {
    if (!/\p{Script=Han}/u.test(run)) {
      words.push(run)
      continue
    }
    const characters = [...run]
    for (let at = 0; at < characters.length - 1; at++) words.push(characters[at] + characters[at + 1])
    words.push(characters[characters.length - 1])
  }
  return words
}
