// node course/handout.mjs: writes the hand-out anew, handout.en.html and handout.zh.html: the whole protocol on one page
// of A4. The stream is that of the captured session; a test reads it with the parser.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const PATH = '/messages?sessionId=2f0c6a1e-58b4-4d0e-9c37-1b7f3a5d9e20'

/** The response of GET /sse as bytes: each line, how it ends, and whose it is. Chunk sizes are those of the session. */
export const STREAM = [
  ['HTTP/1.1 200 OK', '\r\n', 'head'],
  ['Content-Type: text/event-stream', '\r\n', 'head'],
  ['Cache-Control: no-cache, no-transform', '\r\n', 'head'],
  ['Transfer-Encoding: chunked', '\r\n', 'head'],
  ['', '\r\n', 'head'],
  ['50', '\r\n', 'chunk'],
  ['event: endpoint', '\n', 'event'],
  [`data: ${PATH}`, '\n', 'event'],
  ['', '\n', 'event'],
  ['', '\r\n', 'chunk'],
  ['d', '\r\n', 'chunk'],
  ['retry: 1000', '\n', 'event'],
  ['', '\n', 'event'],
  ['', '\r\n', 'chunk'],
  ['3b', '\r\n', 'chunk'],
  ['event: message', '\n', 'event'],
  ['data: {"jsonrpc":"2.0","id":3,"result":{}}', '\n', 'event'],
  ['', '\n', 'event'],
  ['', '\r\n', 'chunk'],
  ['e', '\r\n', 'chunk'],
  [': keep-alive', '\n', 'event'],
  ['', '\n', 'event'],
  ['', '\r\n', 'chunk'],
]

/** One call of a tool: who says what, in order. `>` is the client. */
export const CALLS = {
  'HTTP+SSE · 2024-11-05': [
    ['>', 'GET /sse'],
    ['<', '200 text/event-stream …'],
    ['<', 'event: endpoint /messages?…'],
    ['>', 'POST /messages?… initialize'],
    ['<', '202 Accepted'],
    ['<', 'event: message "id":0'],
    ['>', 'POST /messages?… notifications/initialized'],
    ['<', '202 Accepted'],
    ['>', 'POST /messages?… tools/call'],
    ['<', '202 Accepted'],
    ['<', 'event: message "id":1'],
  ],
  'Streamable HTTP · 2025-11-25': [
    ['>', 'POST /mcp initialize'],
    ['>', 'Accept: application/json, text/event-stream'],
    ['<', '200 Mcp-Session-Id: … "id":0'],
    ['>', 'POST /mcp notifications/initialized'],
    ['>', 'Mcp-Session-Id: …'],
    ['<', '202'],
    ['>', 'POST /mcp tools/call'],
    ['>', 'Mcp-Session-Id: …'],
    ['<', '200 "id":1'],
  ],
  'Stateless · 2026-07-28': [
    ['>', 'POST /mcp tools/call'],
    ['>', 'MCP-Protocol-Version: 2026-07-28'],
    ['>', 'Mcp-Method: tools/call'],
    ['>', 'Mcp-Name: get-hackernews-top-stories'],
    ['>', '"_meta":{protocolVersion, clientCapabilities}'],
    ['<', '200 "id":1'],
  ],
}

const WORDS = {
  en: {
    lang: 'en',
    title: 'SSE and MCP on one page',
    stream: 'One stream, to its last byte',
    marks: [
      'head of HTTP, ends with a blank line',
      'chunk: its size in hexadecimal, its end',
      'event: ends with a blank line, and nothing else ends it',
    ],
    rules: [
      ['data: text', 'the content; several lines are joined with LF; one space after the colon goes'],
      ['event: name', 'the type of this event; without it, message'],
      ['id: 41', 'how far we are; returned as Last-Event-ID after a cut; holds until the next one'],
      ['retry: 1000', 'milliseconds until the client asks again'],
      [': text', 'a comment; keeps a silent stream open'],
      ['LF, CR LF, CR', 'each ends a line'],
    ],
    never: 'No blank line, no event. 204 means: do not come back. A piece that was read is not an event.',
    call: 'One call of a tool, over three transports',
    facts: [
      ['requests', '4', '3', '1'],
      [
        'where the answer comes',
        'on the stream of the GET',
        'in the response to its POST',
        'in the response to its POST',
      ],
      ['202 says', 'received, not answered', 'received: a notification', 'not used'],
      ['after a cut', 'the session is gone', 'resume with Last-Event-ID', 'ask again'],
      ['a second server', 'fails', 'needs shared sessions', 'may answer'],
    ],
    foot: 'The answers of Streamable HTTP and of stateless are JSON, or a stream of their own with progress before the answer. An answer has the id of its request; a notification has none, and gets none.',
  },
  zh: {
    lang: 'zh-CN',
    title: '一页看懂 SSE 和 MCP',
    stream: '一条流，到最后一个字节',
    marks: ['HTTP 的响应头，以空行结束', '分块：十六进制的大小，和它的结尾', '事件：以空行结束，也只能以空行结束'],
    rules: [
      ['data: text', '内容；多行用 LF 连接；冒号后的空格去掉一个'],
      ['event: name', '这个事件的类型；不写就是 message'],
      ['id: 41', '进行到哪里；断开后作为 Last-Event-ID 带回来；直到下一个 id 都有效'],
      ['retry: 1000', '隔多少毫秒，客户端再来'],
      [': text', '注释；让安静的流不被掐断'],
      ['LF, CR LF, CR', '都是行尾'],
    ],
    never: '没有空行，就没有事件。204 的意思是别再来了。读到的一段，不等于一个事件。',
    call: '调用一次工具，三种传输方式',
    facts: [
      ['请求数', '4', '3', '1'],
      ['答复从哪里来', '从 GET 打开的流', '在自己那个 POST 的响应里', '在自己那个 POST 的响应里'],
      ['202 的意思', '收到，还没有答复', '收到：通知', '不用'],
      ['断开之后', '会话没了', '用 Last-Event-ID 接着读', '再问一次'],
      ['换一台服务器', '失败', '要共享会话', '照样能答'],
    ],
    foot: 'Streamable HTTP 和无状态的答复可以是 JSON，也可以自成一条流，答复前先报进度。答复带着请求的 id；通知没有 id，也没有答复。',
  },
}

const escape = (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
const tag = (name, kind, ...content) => `<${name}${kind ? ` class="${kind}"` : ''}>${content.flat().join('')}</${name}>`
const NAMES = { '\r\n': 'CR LF', '\n': 'LF' }

/** A line of the stream with its end; the blank line of an event is filled. */
const streamLine = ([text, end, kind]) =>
  tag('div', kind, escape(text), tag('span', `ctl${kind === 'event' && text === '' ? ' last' : ''}`, NAMES[end]))

const callLine = ([mark, text]) =>
  tag('li', mark === '>' ? 'client' : 'server', mark === '>' ? '↑ ' : '↓ ', escape(text))

/** The page in one language. */
export function handout(lang) {
  const words = WORDS[lang]
  return `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width" />
<title>${words.title}</title>
<link rel="stylesheet" href="../web/shared/tokens.css" />
<link rel="stylesheet" href="handout.css" />
</head>
<body>
<h1>${words.title}</h1>
<section class="stream">
${tag('div', 'bytes', tag('h2', '', words.stream), STREAM.map(streamLine))}
<div>
<ul class="marks">${['head', 'chunk', 'event'].map((kind, at) => tag('li', kind, escape(words.marks[at]))).join('')}</ul>
<dl>${words.rules.map(([line, means]) => `${tag('dt', '', escape(line))}${tag('dd', '', escape(means))}`).join('')}</dl>
${tag('p', 'never', words.never)}
</div>
</section>
<section>
<h2>${words.call}</h2>
<div class="calls">${Object.entries(CALLS)
    .map(([name, lines]) => tag('div', '', tag('h3', '', name), tag('ol', '', lines.map(callLine))))
    .join('')}</div>
<table>${tag(
    'tr',
    '',
    tag('td', ''),
    Object.keys(CALLS).map((name) => tag('th', '', name.split(' · ')[0])),
  )}${words.facts
    .map(([what, ...each]) =>
      tag(
        'tr',
        '',
        tag('th', '', what),
        each.map((fact) => tag('td', '', fact)),
      ),
    )
    .join('')}</table>
${tag('p', '', words.foot)}
</section>
</body>
</html>
`
}

export const languages = Object.keys(WORDS)

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const lang of languages) writeFileSync(new URL(`handout.${lang}.html`, import.meta.url), handout(lang))
