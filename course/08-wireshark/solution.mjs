// Lesson 8, one way to do it.

/** Each filter selects exactly these packets, in every recording of HTTP+SSE: so no frame numbers, ports or ids. */
export const filters = {
  // 1  the request that opens the stream
  opens: 'http.request.method == "GET" && http.request.uri == "/sse"',
  // 2  the requests with which the client says something
  posts: 'http.request.method == "POST"',
  // 3  the responses that say no more than: received
  received: 'http.response.code == 202',
  // 4  the response that opens the stream: its status line and its headers
  stream: 'tcp contains "HTTP/1.1 200 OK" && tcp contains "text/event-stream"',
  // 5  the event that tells the client where to POST
  endpoint: 'tcp contains "event: endpoint"',
  // 6  all events with messages of the server
  messages: 'tcp contains "event: message"',
  // 7  the client's notification: the one request whose message has no id, for nobody will answer it
  notification: 'http.request.method == "POST" && !(json.key == "id")',
  // 8  the requests that call a tool
  calls: 'json.value.string == "tools/call"',
  // 9  the requests with a body of fewer than 100 bytes
  short: 'http.request && http.content_length < 100',
  // 10 the first packet of each connection
  connections: 'tcp.flags.syn == 1 && tcp.flags.ack == 0',
}
