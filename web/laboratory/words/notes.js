export default {
  en: {
    pipe: `Before the first step, ask: who can speak first? Only the page: HTTP has no other way round.
At 202, stop: is this the answer? Let them guess where the answer will come from, then take the step.
Colours: a request and its answer share one, and the id. The order of answers is the server’s; the id says whose they are.
Recorded from this server: HTTP+SSE, 2024-11-05, one call of a tool. Left out: retry, which comes after endpoint.`,
    event: `Ask before the first step, and let them point: which byte ends the event? Most say the brace.
At step 5, wait. All the data is there, and the page has heard nothing yet.
If the connection breaks here, the event is thrown away: no blank line, no event.
The hex is what Wireshark shows. CR LF or CR would end the lines just as well.`,
    cut: `At the hole, ask: what must the page send to get 6 to 9? It needs nothing but the last id it has seen.
EventSource does this by itself, after the milliseconds that retry has set. Replaying is the server’s part: it has to keep the events.
On HTTP+SSE, MCP’s first transport, there are no ids: the session is gone with its stream. Streamable HTTP has them.`,
    transports: `Count requests and ways; leave milliseconds out of it, they say more about the machine than about the transport.
Top to bottom is time. What stands above the dashed line has to happen before the call; it shrinks from left to right.
HTTP+SSE: GET, initialize, initialized, call. Streamable HTTP: no GET. Stateless: neither handshake nor session.`,
    chats: `Excerpts of April 2025, byte for byte; the products have changed since, the format has not.
Ask: if one event is lost, who notices? Nobody: none of the three sends an id.
ChatGPT escapes each character (\\u597d), so its stream is ASCII. The other two send UTF-8: a read() may end inside a character.
Bytes per character are counted over the whole excerpt, not over this one event. KIMI spends 70, nearly all of them JSON that says the same each time.`,
  },
  zh: {
    pipe: `第一步之前先问：谁能先说话？只有页面：HTTP 里，服务器不能先开口。
到 202 停一下：这是答复吗？让大家猜答复从哪里来，再走下一步。
颜色：请求和它的答复同一种颜色、同一个 id。答复的先后由服务器定，是谁的答复看 id。
录自本服务器：HTTP+SSE，2024-11-05，调用一次工具。endpoint 之后的 retry 没有画。`,
    event: `第一步之前先问，请大家指出来：哪个字节结束事件？多数人会指右花括号。
走到第 5 步等一等：数据全在这里了，页面却什么也没有收到。
如果这时连接断了，这个事件就作废：没有空行，就没有事件。
下面的十六进制就是 Wireshark 里看到的。行尾用 CR LF 或 CR 也一样。`,
    cut: `缺口出现时问：页面要发什么，才能拿到 6 到 9？只要说出见过的最后一个 id。
EventSource 会自己这样做，等的毫秒数由 retry 规定。补发是服务器的事：它得把事件留着。
MCP 最早的传输 HTTP+SSE 没有 id：流断了，会话也没了。Streamable HTTP 有。`,
    transports: `数请求，看方向，不比毫秒：毫秒说的多半是机器，不是传输。
从上到下是时间。虚线以上是调用之前必须做的事，从左到右越来越少。
HTTP+SSE：GET、initialize、initialized、调用。Streamable HTTP：不用 GET。无状态：没有握手，也没有会话。`,
    chats: `2025 年 4 月的摘录，逐字节原样；产品后来变了，格式没有变。
问：丢了一个事件，谁会发现？谁也不会：三家都没有发 id。
ChatGPT 把每个字写成转义（\\u597d），所以它的流是 ASCII。另外两家发 UTF-8：一次 read() 可能停在一个字中间。
每字符几字节，是按整段摘录算的，不是按这一个事件。KIMI 要 70 字节，几乎全是每次都一样的 JSON。`,
  },
}
