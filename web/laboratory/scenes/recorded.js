// What the scenes play: conversations with our own server, and excerpts of chats, as they were on the wire.
// Written by test/product/laboratory/record-scenes.mjs; a test records anew and compares.
/** @typedef {import('./parts.js').Row} Row */
export const sse = [
  { way: '↑', head: 'GET /sse' },
  { way: '↓', head: '200 text/event-stream' },
  { way: '↓', event: 'event: endpoint\ndata: /messages?sessionId=5c3430de-91a7-4d0b-8f5e-2b6a7c1d9e04\n\n' },
  { way: '↓', event: 'retry: 1000\n\n' },
  {
    way: '↑',
    head: 'POST /messages?sessionId=5c3430de-91a7-4d0b-8f5e-2b6a7c1d9e04',
    body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"sse-mcp-laboratory","version":"1.0.0"}}}',
  },
  { way: '↓', head: '202', body: 'Accepted' },
  {
    way: '↓',
    event:
      'event: message\ndata: {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05","capabilities":{"logging":{},"tools":{}},"serverInfo":{"name":"sse-mcp","version":"0.1.0"}}}\n\n',
  },
  {
    way: '↑',
    head: 'POST /messages?sessionId=5c3430de-91a7-4d0b-8f5e-2b6a7c1d9e04',
    body: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  },
  { way: '↓', head: '202', body: 'Accepted' },
  {
    way: '↑',
    head: 'POST /messages?sessionId=5c3430de-91a7-4d0b-8f5e-2b6a7c1d9e04',
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get-hackernews-top-stories","arguments":{"type":"topstories","amount":1}}}',
  },
  { way: '↓', head: '202', body: 'Accepted' },
  {
    way: '↓',
    event:
      'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{\\"by\\":\\"itamarst\\",\\"descendants\\":141,\\"id\\":21508542,\\"kids\\":[21508927,21508997,21510850,21510814,21509354,21509246,21509768,21509236,21508956,21508977,21508946,21510400,21509158,21509643,21510298,21510319,21510229,21510302,21509127,21509371,21510669,21509869,21509864,21509973,21510156,21510144,21509355,21509391,21509154,21510309,21509651,21509044,21509835,21509406,21509468],\\"score\\":291,\\"time\\":1573504106,\\"title\\":\\"When your data doesn’t fit in memory: the basic techniques\\",\\"type\\":\\"story\\",\\"url\\":\\"https://pythonspeed.com/articles/data-doesnt-fit-in-memory/\\"}"},{"type":"text","text":"These stories are a snapshot of 2019-11-12: Hacker News was not asked."}],"_meta":{"sse-mcp/source":"snapshot","sse-mcp/date":"2019-11-12"}}}\n\n',
  },
  { way: '↓', event: ': keep-alive\n\n' },
]
export const http = [
  {
    way: '↑',
    head: 'POST /mcp',
    body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"sse-mcp-laboratory","version":"1.0.0"}}}',
  },
  {
    way: '↓',
    head: '200 application/json',
    body: '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{}},"serverInfo":{"name":"sse-mcp","version":"0.1.0"}}}',
  },
  { way: '↑', head: 'POST /mcp', body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' },
  { way: '↓', head: '202' },
  {
    way: '↑',
    head: 'POST /mcp',
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get-hackernews-top-stories","arguments":{"type":"topstories","amount":1}}}',
  },
  {
    way: '↓',
    head: '200 application/json',
    body: '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{\\"by\\":\\"itamarst\\",\\"descendants\\":141,\\"id\\":21508542,\\"kids\\":[21508927,21508997,21510850,21510814,21509354,21509246,21509768,21509236,21508956,21508977,21508946,21510400,21509158,21509643,21510298,21510319,21510229,21510302,21509127,21509371,21510669,21509869,21509864,21509973,21510156,21510144,21509355,21509391,21509154,21510309,21509651,21509044,21509835,21509406,21509468],\\"score\\":291,\\"time\\":1573504106,\\"title\\":\\"When your data doesn’t fit in memory: the basic techniques\\",\\"type\\":\\"story\\",\\"url\\":\\"https://pythonspeed.com/articles/data-doesnt-fit-in-memory/\\"}"},{"type":"text","text":"These stories are a snapshot of 2019-11-12: Hacker News was not asked."}],"_meta":{"sse-mcp/source":"snapshot","sse-mcp/date":"2019-11-12"}}}',
  },
]
export const stateless = [
  {
    way: '↑',
    head: 'POST /mcp',
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get-hackernews-top-stories","arguments":{"type":"topstories","amount":1},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"sse-mcp-laboratory","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}',
  },
  {
    way: '↓',
    head: '200 application/json',
    body: '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"{\\"by\\":\\"itamarst\\",\\"descendants\\":141,\\"id\\":21508542,\\"kids\\":[21508927,21508997,21510850,21510814,21509354,21509246,21509768,21509236,21508956,21508977,21508946,21510400,21509158,21509643,21510298,21510319,21510229,21510302,21509127,21509371,21510669,21509869,21509864,21509973,21510156,21510144,21509355,21509391,21509154,21510309,21509651,21509044,21509835,21509406,21509468],\\"score\\":291,\\"time\\":1573504106,\\"title\\":\\"When your data doesn’t fit in memory: the basic techniques\\",\\"type\\":\\"story\\",\\"url\\":\\"https://pythonspeed.com/articles/data-doesnt-fit-in-memory/\\"}"},{"type":"text","text":"These stories are a snapshot of 2019-11-12: Hacker News was not asked."}],"_meta":{"sse-mcp/source":"snapshot","sse-mcp/date":"2019-11-12","io.modelcontextprotocol/serverInfo":{"name":"sse-mcp","version":"0.1.0"}}}}',
  },
]
export const cut = [
  { way: '↑', head: 'GET /lab/api/ticks' },
  { way: '↓', head: '200 text/event-stream' },
  { way: '↓', event: 'retry: 2000\n\n' },
  { way: '↓', event: 'event: hello\ndata: {"lastEventId":null,"answer":"normal","replayed":0}\n\n' },
  { way: '↓', event: 'event: tick\nid: 1\ndata: {"n":1}\n\n' },
  { way: '↓', event: 'event: tick\nid: 2\ndata: {"n":2}\n\n' },
  { way: '↓', event: 'event: tick\nid: 3\ndata: {"n":3}\n\n' },
  { way: '↓', event: 'event: tick\nid: 4\ndata: {"n":4}\n\n' },
  { way: '↓', event: 'event: tick\nid: 5\ndata: {"n":5}\n\n' },
  { way: '↑', head: 'GET /lab/api/ticks\nLast-Event-ID: 5' },
  { way: '↓', head: '200 text/event-stream' },
  { way: '↓', event: 'retry: 2000\n\n' },
  { way: '↓', event: 'event: hello\ndata: {"lastEventId":"5","answer":"normal","replayed":4}\n\n' },
  { way: '↓', event: 'event: tick\nid: 6\ndata: {"n":6,"replayed":true}\n\n' },
  { way: '↓', event: 'event: tick\nid: 7\ndata: {"n":7,"replayed":true}\n\n' },
  { way: '↓', event: 'event: tick\nid: 8\ndata: {"n":8,"replayed":true}\n\n' },
  { way: '↓', event: 'event: tick\nid: 9\ndata: {"n":9,"replayed":true}\n\n' },
  { way: '↓', event: 'event: tick\nid: 10\ndata: {"n":10}\n\n' },
  { way: '↓', event: 'event: tick\nid: 11\ndata: {"n":11}\n\n' },
  { way: '↓', event: 'event: tick\nid: 12\ndata: {"n":12}\n\n' },
]
export const chats = [
  {
    id: 'chatgpt',
    title: 'ChatGPT',
    event:
      'event: delta\ndata: {"p": "/message/content/parts/0", "o": "append", "v": "\\u597d\\uff0c\\u54b1\\u63a5\\u7740\\u8bf4\\uff0c\\u8bf4\\u5b8c"}\n\n',
    bytesPerCharacter: 5.3,
  },
  {
    id: 'kimi',
    title: 'KIMI',
    event: 'data: {"event":"cmpl","idx_s":0,"idx_z":0,"text":"好","view":"cmpl"}\n\n',
    bytesPerCharacter: 70.7,
  },
  { id: 'deepseek', title: 'DeepSeek', event: 'data: {"v": "高级"}\n\n', bytesPerCharacter: 12.5 },
]
