// Lesson 8. Ten display filters, as you would type them into Wireshark's filter bar. Three are there already; they look
// right, and each of them is wrong on one of the two recordings.
// 第 8 课：十个显示过滤器，在 Wireshark 的过滤栏里怎么打，这里就怎么写。有三个已经写好了，看着都对，可是每一个都在
// 两段录制中的一段上出错。
// npm run lesson 8

/**
 * Each filter selects exactly these packets, in every recording of HTTP+SSE: so no frame numbers, ports or ids.
 * 每个过滤器恰好选中下面说的那些包，换哪一段 HTTP+SSE 的录制都一样：所以不能写包的编号、端口、id。
 */
export const filters = {
  // 1  the request that opens the stream
  //    打开流的那个请求
  opens: 'http.request.method == "GET"',
  // 2  the requests with which the client says something
  //    客户端用来说话的那些请求
  posts: 'tcp.dstport == 3000 && tcp.len > 0',
  // 3  the responses that say no more than: received
  //    只说“收到”的那些响应
  received: '', // TODO
  // 4  the response that opens the stream: its status line and its headers
  //    打开流的那个响应：状态行和响应头
  stream: 'http.response.code == 200',
  // 5  the event that tells the client where to POST
  //    告诉客户端往哪里 POST 的那个事件
  endpoint: '', // TODO
  // 6  all events with messages of the server
  //    带着服务器消息的所有事件
  messages: '', // TODO
  // 7  the client's notification: the one request whose message has no id, for nobody will answer it
  //    客户端的通知：只有这个请求的消息没有 id，因为没有人会答复它
  notification: '', // TODO
  // 8  the requests that call a tool
  //    调用工具的那些请求
  calls: '', // TODO
  // 9  the requests with a body of fewer than 100 bytes
  //    body 不到 100 字节的那些请求
  short: '', // TODO
  // 10 the first packet of each connection
  //    每个连接的第一个包
  connections: '', // TODO
}
