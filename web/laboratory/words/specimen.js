export default {
  en: {
    lead: 'Which bytes end an event?',
    answer:
      'Two line ends in a row. The first ends the line; the second is a line with nothing on it, the blank line, and it dispatches the event.',
    next: 'Press step 1: each event that comes is shown like this one, byte by byte.',
  },
  zh: {
    lead: '哪些字节结束一个事件？',
    answer: '两个相连的行尾。第一个结束这一行；第二个自成一行，行里什么都没有，这就是空行：它派发事件。',
    next: '按第 1 步：每个到来的事件都会像这样逐字节写出来。',
  },
}
