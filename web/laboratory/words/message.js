export default {
  en: {
    title: 'JSON-RPC and HTTP',
    none: 'What is selected stands here, byte by byte. It is the newest event until you select another.',
    open: 'Unanswered: {0}',
    answer: 'Answered after {0} ms by',
    question: 'Answers, after {0} ms,',
    headers: 'Request headers that the page set, response headers that the browser shows. It adds and hides others.',
    hidden: 'EventSource hides the status and the headers.',
    accepted: '202 means accepted; it is not the answer. That comes on the stream, with the same id:',
  },
  zh: {
    title: 'JSON-RPC 与 HTTP',
    none: '选中的事件，逐字节写在这里。没有选择时，总是最新的一个。',
    open: '还没有答复：{0}',
    answer: '{0} ms 后得到答复：',
    question: '{0} ms 后答复了：',
    headers: '请求头为本页所设，响应头为浏览器所示；浏览器另有添加和隐藏。',
    hidden: 'EventSource 隐藏了状态码和 HTTP 头。',
    accepted: '202 只表示“收到”，不是答复。答复从流里来，id 相同：',
  },
}
