// The drawings of the lessons: time runs down, each connection has a lane, its left edge is the client, its right the
// server. `npm run docs quotes` writes them, a test compares. The colours are those of the pages, by their roles.
import { readFileSync } from 'node:fs'

const [LEFT, LANE, GAP, TOP, ROW] = [24, 330, 40, 76, 46]
const ARROW = 26 // from a row's top to its line

const tokens = readFileSync(new URL('../web/shared/tokens.css', import.meta.url), 'utf8')
const ROLES = ['paper', 'ink', 'quiet', 'line', 'client', 'server', 'control', 'fault', 'pipe']

/** The colours of a theme: what the tokens say under this selector. */
function colours(selector) {
  const block = tokens.slice(tokens.indexOf(selector)).split('}')[0]
  const valueOf = (role) => new RegExp(`--${role}: (#[0-9a-f]+);`).exec(block)?.[1]
  return ROLES.map((role) => [role, valueOf(role)]).filter(([, value]) => value)
}

function style() {
  const rules = (theme) =>
    colours(theme)
      .map(([role, value]) => `--${role}:${value}`)
      .join(';')
  return `svg{${rules(':root {')}}
@media (prefers-color-scheme:dark){svg{${rules(":root[data-theme='dark']")}}}
text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans CJK SC',monospace;fill:var(--ink)}
.head{font-weight:600}.quiet{fill:var(--quiet)}.fault{fill:var(--fault)}.control{fill:var(--control)}
.edge{stroke:var(--line);stroke-width:1.5}.pipe{fill:var(--pipe)}
.client{stroke:var(--client)}.server{stroke:var(--server)}.cut{stroke:var(--fault)}
.arrow{stroke-width:2;fill:none}`
}

const escape = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const left = (lane) => LEFT + lane * (LANE + GAP)

/** An arrow across its lane, with what it carries above it and a remark below. */
function arrow({ lane, mark, text, note, fault }, at) {
  const y = TOP + at * ROW + ARROW
  const [from, to] = mark === '>' ? [left(lane) + 6, left(lane) + LANE - 6] : [left(lane) + LANE - 6, left(lane) + 6]
  const back = mark === '>' ? -7 : 7
  return [
    `<path class="arrow ${mark === '>' ? 'client' : 'server'}" d="M${from} ${y}H${to}m${back} -4l${-back} 4l${back} 4"/>`,
    `<text x="${left(lane) + 14}" y="${y - 6}"${fault ? ' class="fault"' : ''}>${escape(text)}</text>`,
    note && `<text class="quiet" x="${left(lane) + 14}" y="${y + 15}">${escape(note)}</text>`,
  ]
}

/** The end of a connection that nobody wanted. */
function cut({ lane, text }, at) {
  const y = TOP + at * ROW + ARROW
  const x = left(lane) + LANE / 2
  return [
    `<path class="arrow cut" d="M${x - 9} ${y - 9}l18 18m0 -18l-18 18"/>`,
    `<text class="fault" x="${x + 18}" y="${y + 5}">${escape(text)}</text>`,
  ]
}

/** A picture: the heads of its lanes, its rows from the top, and the streams that stay open from one row to another. */
function draw({ title, says, lanes, rows, streams = [] }) {
  const [width, height] = [left(lanes.length) - GAP + LEFT, TOP + rows.length * ROW + 16]
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(says)}</desc>`,
    `<style>${style()}</style>`,
    `<rect width="${width}" height="${height}" fill="var(--paper)"/>`,
    ...streams.map(
      ({ lane, from, to }) =>
        `<rect class="pipe" x="${left(lane)}" y="${TOP + from * ROW + ARROW}" width="${LANE}" height="${(to - from) * ROW}"/>`,
    ),
    ...lanes.flatMap((head, lane) => [
      `<text class="head" x="${left(lane)}" y="26">${escape(head)}</text>`,
      `<text class="quiet" x="${left(lane)}" y="52">client 客户端</text>`,
      `<text class="quiet" x="${left(lane) + LANE}" y="52" text-anchor="end">server 服务器</text>`,
      `<path class="edge" d="M${left(lane)} 60V${height - 8}M${left(lane) + LANE} 60V${height - 8}"/>`,
    ]),
    ...rows.flatMap((row, at) => (row.mark === 'x' ? cut(row, at) : arrow(row, at))),
    '</svg>',
  ]
  return `${parts.filter(Boolean).join('\n')}\n`
}

const up = (lane, text, more) => ({ lane, mark: '>', text, ...more })
const down = (lane, text, more) => ({ lane, mark: '<', text, ...more })

/** Path to picture, as a text. */
export const pictures = new Map(
  Object.entries({
    '04-breaking-the-stream/picture.svg': draw({
      title: 'A stream is cut, and resumed',
      says: 'GET /ticks brings ids 1 and 2 and is cut. The next GET has Last-Event-ID: 2: the server sends 3 and 4 from its log, then 5 as it comes.',
      lanes: ['1: GET /ticks', '2: GET /ticks'],
      streams: [
        { lane: 0, from: 1, to: 3 },
        { lane: 1, from: 5, to: 7.4 },
      ],
      rows: [
        up(0, 'GET /ticks'),
        down(0, 'id: 1', { note: 'retry: 1000' }),
        down(0, 'id: 2'),
        { lane: 0, mark: 'x', text: 'cut 断了' },
        up(1, 'Last-Event-ID: 2'),
        down(1, 'id: 3', { note: 'from the log 来自日志' }),
        down(1, 'id: 4', { note: 'from the log 来自日志' }),
        down(1, 'id: 5', { note: 'live 实时' }),
      ],
    }),
    '05-the-handshake/picture.svg': draw({
      title: 'The handshake of MCP over HTTP+SSE',
      says: 'GET /sse opens the stream; its first event, endpoint, says where to post. Each POST gets 202 at once; the answers to initialize and ping come as message events on the stream.',
      lanes: ['1: GET /sse', '2, 3, 4: POST /messages'],
      streams: [{ lane: 0, from: 1, to: 9.4 }],
      rows: [
        up(0, 'GET /sse'),
        down(0, 'event: endpoint', { note: 'data: /messages?sessionId=…' }),
        up(1, 'initialize', { note: '"id":0' }),
        down(1, '202 Accepted'),
        down(0, 'event: message', { note: '"id":0, "result":{…}' }),
        up(1, 'notifications/initialized', { note: 'no id: no answer 没有 id，没有答复' }),
        down(1, '202 Accepted'),
        up(1, 'ping', { note: '"id":1' }),
        down(1, '202 Accepted'),
        down(0, 'event: message', { note: '"id":1, "result":{}' }),
      ],
    }),
    '06-a-tool/picture.svg': draw({
      title: 'Two kinds of errors',
      says: 'A call that is right gets a result. Wrong arguments get a result with isError, which the model reads. An unknown tool gets an error with a code, which the program reads.',
      lanes: ['POST /messages', 'GET /sse'],
      streams: [{ lane: 1, from: 0, to: 5.4 }],
      rows: [
        up(0, 'tools/call  {"id":21511019}'),
        down(1, '"result":{"content":[…]}', { note: 'for the model 给模型看' }),
        up(0, 'tools/call  {"id":"abc"}'),
        down(1, '"result":{…,"isError":true}', { note: 'for the model 给模型看', fault: true }),
        up(0, 'tools/call  no-such-tool'),
        down(1, '"error":{"code":-32602,…}', { note: 'for the program 给程序看', fault: true }),
      ],
    }),
    '09-streamable-http/picture.svg': draw({
      title: 'Two servers, requests dealt in turn',
      says: 'HTTP+SSE: GET /sse opens the stream at server 1, and the POST that belongs to it reaches server 2, which says 404. Streamable HTTP: initialize opens a session at server 1, and initialized reaches server 2, which says 404.',
      lanes: ['server 1', 'server 2'],
      streams: [{ lane: 0, from: 1, to: 3.4 }],
      rows: [
        up(0, 'GET /sse'),
        down(0, 'event: endpoint', { note: 'data: /messages?sessionId=A' }),
        up(1, 'POST /messages?sessionId=A'),
        down(1, '404', { note: 'which session? 哪个会话？', fault: true }),
        up(0, 'POST /mcp  initialize'),
        down(0, '200', { note: 'Mcp-Session-Id: B' }),
        up(1, 'POST /mcp  initialized', { note: 'Mcp-Session-Id: B' }),
        down(1, '404', { note: 'which session? 哪个会话？', fault: true }),
      ],
    }),
    '10-stateless/picture.svg': draw({
      title: 'Two servers, and nothing to remember',
      says: 'Each request has the version, the capabilities and headers that repeat them. tools/list reaches server 1, tools/call server 2, tools/call server 1 again: all get 200.',
      lanes: ['server 1', 'server 2'],
      rows: [
        up(0, 'tools/list', { note: 'MCP-Protocol-Version: 2026-07-28' }),
        down(0, '200'),
        up(1, 'tools/call', { note: 'Mcp-Name: get-hackernews-item' }),
        down(1, '200'),
        up(0, 'tools/call', { note: 'Mcp-Name: get-hackernews-item' }),
        down(0, '200'),
      ],
    }),
  }),
)
