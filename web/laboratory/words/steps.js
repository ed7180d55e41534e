export default {
  en: {
    GET: 'One GET whose response does not end.',
    initialize: 'Which protocol version, and who you are.',
    initialized: 'A notification: no id, so no answer.',
    discover: 'Nothing is kept: ask what the server is.',
    list: 'Which tools are there?',
  },
  zh: {
    GET: '一个 GET，响应不结束。',
    initialize: '用哪个协议版本，自己是谁。',
    initialized: '通知：没有 id，不会有答复。',
    discover: '什么都不记：先问服务器是什么。',
    list: '有哪些工具？',
  },
}
