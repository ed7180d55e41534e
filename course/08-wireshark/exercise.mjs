// Lesson 8. Ten display filters, as you would type them into Wireshark's filter bar. Three are there already; they look
// right, and each of them is wrong on one of the two recordings.
// npm run lesson 8

/** Each filter selects exactly these packets, in every recording of HTTP+SSE: so no frame numbers, ports or ids. */
export const filters = {
  // 1  the request that opens the stream
  opens: 'http.request.method == "GET"',
  // 2  the requests with which the client says something
  posts: 'tcp.dstport == 3000 && tcp.len > 0',
  // 3  the responses that say no more than: received
  received: '', // TODO
  // 4  the response that opens the stream: its status line and its headers
  stream: 'http.response.code == 200',
  // 5  the event that tells the client where to POST
  endpoint: '', // TODO
  // 6  all events with messages of the server
  messages: '', // TODO
  // 7  the client's notification: the one request whose message has no id, for nobody will answer it
  notification: '', // TODO
  // 8  the requests that call a tool
  calls: '', // TODO
  // 9  the requests with a body of fewer than 100 bytes
  short: '', // TODO
  // 10 the first packet of each connection
  connections: '', // TODO
}
