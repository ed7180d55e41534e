// Draws docs/design/call.svg and call.zh-CN.svg, the way of one tools/call: node docs/design/draw.mjs
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [WIDTH, HEIGHT] = [860, 716]
const [LEFT, RIGHT] = [90, 770]

const WORDS = {
  en: {
    title: 'The way of one tools/call: in by the left side, back by the right side',
    steps: ["stranger's page?", 'not MCP', 'CORS', 'method', 'who calls?', 'MCP'],
    routes: 'by URL, method and era of the request',
    transports: [
      ['answers by an event', 'on the stream of the GET'],
      ['answers the POST;', 'its stream can be resumed'],
      ['answers the POST;', 'no session'],
    ],
    handle: 'makes a RequestContext of the three',
    revision: 'has a',
    dispatch: 'method table of the revision: method → handler',
    tools: 'finds the tool, checks the arguments, encodes the result',
    run: 'signal, deadline, progress, log, ask',
    author: 'the tool that you write: run(args, context)',
    request: 'HTTP request',
    response: 'the response',
    before: 'before the response: progress, log, ask',
  },
  'zh-CN': {
    title: '一次 tools/call 的路：从左边进去，从右边回来',
    steps: ['陌生人的页面？', '不是 MCP', 'CORS', '方法', '谁在调用？', 'MCP'],
    routes: '看请求的 URL、方法和时代',
    transports: [
      ['在 GET 打开的流上', '用一个事件作答'],
      ['就在这个 POST 上作答；', '它的流可以接着读'],
      ['就在这个 POST 上作答；', '没有会话'],
    ],
    handle: '用这三样做出一个 RequestContext',
    revision: '有',
    dispatch: '协议版本的方法表：方法 → 处理函数',
    tools: '找到工具，检查参数，编码结果',
    run: 'signal、deadline、progress、log、ask',
    author: '你写的工具：run(args, context)',
    request: 'HTTP 请求',
    response: '响应',
    before: '响应之前：progress、log、ask',
  },
}

const escape = (text) => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`)
const text = (x, y, content, kind = '') => `<text x="${x}" y="${y}" class="${kind}">${escape(content)}</text>`
const rect = (x, y, width, height, kind = '') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="${kind}"/>`
const arrow = (path, kind = '') => `<path d="${path}" class="arrow ${kind}" marker-end="url(#tip)"/>`

/** A box: the file, and below it what it does. */
const box = (x, y, width, height, file, ...lines) =>
  [
    rect(x, y, width, height),
    text(x + width / 2, y + 20, file, 'file'),
    ...lines.map((line, i) => text(x + width / 2, y + 39 + 16 * i, line)),
  ].join('\n')

/** One of the six central types, as a pill. */
const pill = (x, y, width, name) => `${rect(x, y, width, 26, 'type')}\n${text(x + width / 2, y + 18, name, 'name')}`

/** The drawing in one language, as SVG. */
export function draw(language) {
  const words = WORDS[language]
  const wide = RIGHT - LEFT
  const step = (wide - 20) / 6
  const third = (wide - 40) / 3
  const parts = [
    text(LEFT, 24, words.request, 'left'),
    rect(LEFT, 36, wide, 84),
    text(WIDTH / 2, 56, 'src/mcp/handler.ts', 'file'),
    ...words.steps.map((each, i) =>
      [
        rect(LEFT + 10 + step * i + 3, 68, step - 6, 42, 'step'),
        text(LEFT + 10 + step * (i + 0.5), 85, `${i + 1}`),
        text(LEFT + 10 + step * (i + 0.5), 102, each, 'small'),
      ].join('\n'),
    ),
    box(LEFT, 140, wide, 50, 'src/mcp/routes.ts', words.routes),
    ...['http-sse.ts', 'streamable-http.ts', 'stateless-http.ts'].map((file, i) =>
      box(LEFT + (third + 20) * i, 210, third, 68, file, ...words.transports[i]),
    ),
    pill(LEFT + 10, 298, 110, 'Message'),
    pill(LEFT + 170, 298, 110, 'Client'),
    pill(LEFT + 330, 298, 110, 'Revision'),
    pill(LEFT + 520, 298, 150, 'ClientChannel'),
    `<path d="M ${LEFT + 280} 311 H ${LEFT + 330}" class="link"/>`,
    text(LEFT + 305, 306, words.revision, 'small'),
    box(LEFT, 344, wide, 96, 'src/mcp/server.ts', `server.handle(message, client, channel): ${words.handle}`),
    pill((LEFT + RIGHT) / 2 - 75, 404, 150, 'RequestContext'),
    box(LEFT, 460, wide, 50, 'src/jsonrpc/dispatcher.ts', words.dispatch),
    box(LEFT, 530, wide, 50, 'src/mcp/features/tools.ts', words.tools),
    box(LEFT, 596, wide, 60, 'src/mcp/request/run-author.ts'),
    pill(LEFT + 120, 624, 140, 'HandlerContext'),
    text(LEFT + 272, 642, words.run, 'left'),
    rect(LEFT, 668, wide, 34, 'yours'),
    text(WIDTH / 2, 690, words.author),
    arrow(`M ${LEFT - 8} 20 H 60 V 685 H ${LEFT - 4}`),
    arrow(`M ${RIGHT} 685 H 800 V 20 H 780`),
    arrow(`M ${RIGHT} 625 H 826 V 244 H ${RIGHT + 4}`, 'before'),
    `<text transform="translate(816 150) rotate(90)" class="left small">${escape(words.response)}</text>`,
    `<text transform="translate(834 290) rotate(90)" class="left small">${escape(words.before)}</text>`,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>${escape(words.title)}</title>
<style>
svg { --ground: #fff; --ink: #1f2328; --edge: #6e7781; --box: #f6f8fa; --type: #ddf4ff; --yours: #dafbe1; }
@media (prefers-color-scheme: dark) {
svg { --ground: #0d1117; --ink: #e6edf3; --edge: #8b949e; --box: #161b22; --type: #0c2d4f; --yours: #12361f; }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.left { text-anchor: start; }
.small { font-size: 11px; }
.file, .name { font: 13px ui-monospace, monospace; }
rect { fill: var(--box); stroke: var(--edge); }
.step, .type { fill: var(--type); }
.yours { fill: var(--yours); }
.ground { fill: var(--ground); stroke: none; }
.arrow, .link { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.before { stroke-dasharray: 5 4; }
.tip { fill: var(--edge); }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M 0 0 L 8 4 L 0 8 z" class="tip"/></marker></defs>
<rect width="${WIDTH}" height="${HEIGHT}" class="ground"/>
${parts.join('\n')}
</svg>
`
}

export const FILES = { en: 'call.svg', 'zh-CN': 'call.zh-CN.svg' }

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [language, file] of Object.entries(FILES)) writeFileSync(new URL(file, import.meta.url), draw(language))
