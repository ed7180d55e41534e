// docs/revisions.md and docs/revisions.zh-CN.md: what each revision has, read from src/mcp/revisions. `npm run docs` writes
// them; a test compares them.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../parts.mjs'
import { conformanceRows } from './figures.mjs'

const TEXTS = {
  'docs/revisions.md': {
    title: 'Revisions',
    lead: 'Every published revision of MCP over HTTP, at the same time. A tool is written once; [`src/mcp/revisions`](../src/mcp/revisions) says as data in what each revision differs from the one before, with the line of its changelog. `npm run docs` makes this page from there. [中文](revisions.zh-CN.md)',
    facts: [
      ['', (revision) => `**${revision.version}**`],
      [
        'transport',
        ({ lifecycle, version }, first) =>
          version === first
            ? 'HTTP+SSE'
            : lifecycle === 'handshake'
              ? 'Streamable HTTP; also negotiated over HTTP+SSE'
              : 'stateless HTTP',
      ],
      [
        'a client makes itself known',
        ({ lifecycle }) => (lifecycle === 'handshake' ? 'once, by `initialize`' : 'with every request, in `_meta`'),
      ],
      ['batches in a POST', ({ batching }) => yes(batching)],
      [
        '`MCP-Protocol-Version`',
        ({ checksVersionHeader, lifecycle }) =>
          lifecycle === 'per-request'
            ? 'must repeat `_meta`'
            : checksVersionHeader
              ? 'after the handshake'
              : 'not looked at',
      ],
      ['a stream begins with an event id', ({ primesStreams }) => yes(primesStreams)],
      ['types of content', ({ contentTypes }) => contentTypes.map((type) => `\`${type}\``).join(', ')],
      [
        'a tool may ask by',
        ({ inputRequestMethods }) => inputRequestMethods.map((method) => `\`${method}\``).join(', '),
      ],
      [
        'a question travels',
        ({ lifecycle }) =>
          lifecycle === 'handshake'
            ? 'as a request on the stream of the call'
            : 'as the end of the call; the client calls again with the answer',
      ],
      [
        'a cut stream',
        ({ version, lifecycle }, first) =>
          version === first || lifecycle !== 'handshake'
            ? 'the answer is lost; call again'
            : 'taken up again by `Last-Event-ID`, for 5 minutes',
      ],
    ],
    methods: 'Methods',
    method: 'method',
    chooses: [
      'How the revision is chosen',
      [
        'By URL and method first: `GET` without a session opens HTTP+SSE, a `POST` to `/messages` belongs to it.',
        'A `POST` whose header or `_meta` names 2026-07-28 or later is served without a session. A later one than we know is answered by -32022, with those that are served.',
        '`initialize` negotiates: the version that the client offers if it is served, else the newest with a handshake.',
        'What a revision does not list does not exist in it: -32601.',
      ],
    ],
    promises: [
      'How long',
      [
        'How long each of them stays: [promises](promises.md).',
        'A new one comes as a file in that folder, with its transcripts and the official suite.',
      ],
    ],
    conformance: [
      'The official conformance suite',
      'As `npm run conformance` counts it. Of the ten scenarios of the tasks extension the suite itself skips one for every server.',
      ['set', 'scenarios', 'checks', 'warnings'],
    ],
    yes: 'yes',
    no: 'no',
  },
  'docs/revisions.zh-CN.md': {
    title: '协议版本',
    lead: '同时支持 MCP 已发布的、走 HTTP 的每一个协议版本。工具只写一次；[`src/mcp/revisions`](../src/mcp/revisions) 用数据写明每个版本与前一个有何不同，并注明变更日志里的条目。本页由 `npm run docs` 从那里生成。[English](revisions.md)',
    facts: [
      ['', (revision) => `**${revision.version}**`],
      [
        '传输',
        ({ lifecycle, version }, first) =>
          version === first
            ? 'HTTP+SSE'
            : lifecycle === 'handshake'
              ? 'Streamable HTTP；也可在 HTTP+SSE 上协商'
              : '无状态 HTTP',
      ],
      [
        '客户端怎样自报身份',
        ({ lifecycle }) => (lifecycle === 'handshake' ? '一次，用 `initialize`' : '每个请求都在 `_meta` 里写'),
      ],
      ['一个 POST 里的批量', ({ batching }) => yes(batching)],
      [
        '`MCP-Protocol-Version`',
        ({ checksVersionHeader, lifecycle }) =>
          lifecycle === 'per-request' ? '必须与 `_meta` 一致' : checksVersionHeader ? '握手之后要有' : '不看',
      ],
      ['流以事件 id 开头', ({ primesStreams }) => yes(primesStreams)],
      ['内容类型', ({ contentTypes }) => contentTypes.map((type) => `\`${type}\``).join('、')],
      [
        '工具可以这样提问',
        ({ inputRequestMethods }) => inputRequestMethods.map((method) => `\`${method}\``).join('、'),
      ],
      [
        '问题怎样送达',
        ({ lifecycle }) =>
          lifecycle === 'handshake' ? '作为请求，走这次调用的流' : '调用以问题结束；客户端带着回答再调用一次',
      ],
      [
        '流断了',
        ({ version, lifecycle }, first) =>
          version === first || lifecycle !== 'handshake'
            ? '答复丢失；重新调用'
            : '用 `Last-Event-ID` 接上，5 分钟内有效',
      ],
    ],
    methods: '方法',
    method: '方法',
    chooses: [
      '怎样选定版本',
      [
        '先看 URL 和方法：没有会话的 `GET` 打开 HTTP+SSE，发到 `/messages` 的 `POST` 也属于它。',
        '请求头或 `_meta` 写着 2026-07-28 或更新版本的 `POST`，按无会话处理。版本太新，就答 -32022，并列出支持的版本。',
        '`initialize` 负责协商：客户端提出的版本受支持就用它，否则用需要握手的最新版本。',
        '某个版本没有列出的方法，在它里面就不存在：-32601。',
      ],
    ],
    promises: [
      '支持多久',
      [
        '每个版本支持多久，见[承诺](promises.zh-CN.md)。',
        '新版本来时，在那个文件夹里加一个文件，配上它的对话记录和官方测试。',
      ],
    ],
    conformance: [
      '官方一致性测试套件',
      '由 `npm run conformance` 统计。Tasks 扩展有十个场景，其中一个测试套件自己对所有服务器都跳过。',
      ['集合', '场景', '检查', '警告'],
    ],
    yes: '有',
    no: '无',
  },
}

let words
const yes = (value) => (value ? words.yes : words.no)
const row = (cells) => `| ${cells.join(' | ')} |`
const table = ([head, ...rows]) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
const list = ([title, lines]) => `## ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`

/** The pages: their text, by path. */
export async function revisionPages() {
  const { revisions } = await import(pathToFileURL(join(ROOT, 'dist/mcp/revisions/index.js')).href)
  const all = revisions.toReversed()
  const first = all[0].version
  const names = [...new Set(all.flatMap(({ methods }) => methods))]
  return new Map(
    Object.entries(TEXTS).map(([path, text]) => {
      words = text
      const facts = table(text.facts.map(([name, of]) => [name, ...all.map((revision) => of(revision, first))]))
      const methods = table([
        [text.method, ...all.map(({ version }) => version)],
        ...names.map((name) => [`\`${name}\``, ...all.map((revision) => (revision.methods.includes(name) ? '✓' : ''))]),
      ])
      const [heading, lead, head] = text.conformance
      const counted = conformanceRows().map(({ name, passed, scenarios, checks, warnings }) => [
        name,
        `${passed}/${scenarios}`,
        checks,
        warnings,
      ])
      const conformance = `## ${heading}\n\n${lead}\n\n${table([head, ...counted])}\n`
      const parts = [
        facts + '\n',
        conformance,
        `## ${text.methods}\n\n${methods}\n`,
        list(text.chooses),
        list(text.promises),
      ]
      return [path, `# ${text.title}\n\n${text.lead}\n\n${parts.join('\n')}`]
    }),
  )
}
