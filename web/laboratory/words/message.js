export default {
  en: {
    title: 'JSON-RPC and HTTP',
    none: 'Connect, then select a frame: the message in it stands here.',
    open: 'Unanswered: {0}',
    answer: 'Answered after {0} ms by',
    question: 'Answers, after {0} ms,',
    headers: 'Request headers that the page set, answer headers that the browser shows. It adds and hides others.',
    hidden: 'EventSource hides the status and the headers.',
    accepted: '202 means accepted; it is not the answer. That comes on the stream, with the same id:',
  },
  zh: {
    title: 'JSON-RPC 与 HTTP',
    none: '先连接，再选中一帧，即可查看其中的消息。',
    open: '未应答：{0}',
    answer: '{0} ms 后得到应答：',
    question: '{0} ms 后应答了：',
    headers: '请求 header 为本页所设，响应 header 为浏览器所示；浏览器另有添加和隐藏。',
    hidden: 'EventSource 隐藏了状态码和 header。',
    accepted: '202 只表示“已接受”，不是应答。应答经由流到达，id 相同：',
  },
}
