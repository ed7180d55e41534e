// Lesson 3. One line that reads all three. It even gives the right texts. Why is it wrong all the same?
// npm run lesson 3

/**
 * The text that a chat product streamed.
 * @param {'chatgpt' | 'kimi' | 'deepseek'} style
 * @param {{ type: string, data: string }[]} events as the parser of lesson 2 gives them, in order
 * @returns {string}
 */
export function fold(style, events) {
  // TODO 1: each style has its rules. A style that nobody has written down: throw.
  // TODO 2: chatgpt. Every event is a `delta`. The first one says where (p) and how (o); the later ones inherit both.
  //         Known: p is '/message/content/parts/0', o is 'append'. Anything else: throw. No p or o so far: throw.
  // TODO 3: kimi. Every event is a `message`, and its JSON has the event 'cmpl'. Another one: throw.
  // TODO 4: deepseek. Every event is a `message` with v and nothing beside it. A p or an o would mean a new place: throw.
  // TODO 5: what is appended is text. A number, null, or no such member: throw.
  return events.map(({ data }) => JSON.parse(data).v ?? JSON.parse(data).text ?? '').join('')
}
