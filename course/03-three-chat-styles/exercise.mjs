// Lesson 3. One line that reads all three. It even gives the right texts. Why is it wrong all the same?
// 第 3 课：一行代码读三家，读出来的文字还都对。那它为什么还是错的？
// npm run lesson 3

/**
 * The text that a chat product streamed.
 * 一个聊天产品流式发来的文字。
 * @param {'chatgpt' | 'kimi' | 'deepseek'} style
 * @param {{ type: string, data: string }[]} events as the parser of lesson 2 gives them, in order
 * @returns {string}
 */
export function fold(style, events) {
  // TODO 1: each style has its rules. A style that nobody has written down: throw.
  //   每种写法有自己的规矩。没写下来的写法：抛错。
  // TODO 2: chatgpt. Every event is a `delta`. The first one says where (p) and how (o); the later ones inherit both.
  //         Known: p is '/message/content/parts/0', o is 'append'. Anything else: throw. No p or o so far: throw.
  //   chatgpt：每个事件都是 `delta`。第一个说写到哪儿（p）、怎么写（o），后面的继承这两样。
  //   认识的：p 是 '/message/content/parts/0'，o 是 'append'。别的值，或者到现在还没有 p 或 o：抛错。
  // TODO 3: kimi. Every event is a `message`, and its JSON has the event 'cmpl'. Another one: throw.
  //   kimi：每个事件都是 `message`，JSON 里的 event 是 'cmpl'。别的：抛错。
  // TODO 4: deepseek. Every event is a `message` with v and nothing beside it. A p or an o would mean a new place: throw.
  //   deepseek：每个事件都是 `message`，里面只有 v。有 p 或 o 就是换了位置：抛错。
  // TODO 5: what is appended is text. A number, null, or no such member: throw.
  //   接上去的是文字。是数字、是 null、没有这个成员：抛错。
  return events.map(({ data }) => JSON.parse(data).v ?? JSON.parse(data).text ?? '').join('')
}
