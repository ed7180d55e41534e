// docs/clients: one page for each client, in both languages, and an index. `npm run docs` writes them; a test compares
// them, and reads each JSON that they show. Only what was tried here or what a client's maker says is on them.

const H = 'http://127.0.0.1:3000'
const json = (value) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``
const sh = (text) => `\`\`\`sh\n${text}\n\`\`\``

/** The clients: file, name, and for each language what is on its page. */
export const CLIENTS = [
  {
    file: 'inspector',
    name: 'MCP Inspector',
    transports: 'HTTP+SSE, Streamable HTTP, 2026-07-28',
    en: {
      source: 'tried: tests drive its window and its command line, 0.15 and 2',
      body: `Version 2 needs Node 22.19 or later; before that write \`inspector@0.15.0\`. The window, then the command line:

${sh(`npx @modelcontextprotocol/inspector@2 --server-url ${H}/mcp --transport http
npx @modelcontextprotocol/inspector@2 --server-url ${H}/sse --transport sse`)}

${sh(`npx @modelcontextprotocol/inspector@2 --cli ${H}/mcp --transport http --method tools/list
npx @modelcontextprotocol/inspector@2 --cli ${H}/mcp --transport http --method tools/call \\
  --tool-name get-hackernews-top-stories --tool-arg type=topstories --tool-arg amount=3`)}

With a token: \`--header "Authorization: Bearer TOKEN"\` (version 2; the command line of 0.15 has no such option). For 2026-07-28 choose the protocol era *modern* (or *auto*) in the server's settings; *legacy* is how it comes.`,
      notes: [
        'Without `--transport` a bare URL means SSE.',
        'Exit code 5: the tool answered with `isError`. Exit code 3: the server wants authorization.',
        'It sends no DELETE when it leaves; the session ends by itself (`sessionIdleMs`).',
      ],
    },
    zh: {
      source: '试过：测试驱动它的窗口和命令行，0.15 和 2 两代',
      body: `第 2 版需要 Node 22.19 以上；更早的 Node 用 \`inspector@0.15.0\`。先是窗口，再是命令行：

${sh(`npx @modelcontextprotocol/inspector@2 --server-url ${H}/mcp --transport http
npx @modelcontextprotocol/inspector@2 --server-url ${H}/sse --transport sse`)}

${sh(`npx @modelcontextprotocol/inspector@2 --cli ${H}/mcp --transport http --method tools/list
npx @modelcontextprotocol/inspector@2 --cli ${H}/mcp --transport http --method tools/call \\
  --tool-name get-hackernews-top-stories --tool-arg type=topstories --tool-arg amount=3`)}

有令牌时加 \`--header "Authorization: Bearer TOKEN"\`（版本 2；0.15 的命令行没有这个选项）。要用 2026-07-28，就在服务器设置里把协议时代选成 *modern*（或 *auto*）；默认是 *legacy*。`,
      notes: [
        '不写 `--transport` 时，只有一个 URL 就当作 SSE。',
        '退出码 5：工具返回了 `isError`。退出码 3：服务器要授权。',
        '它离开时不发 DELETE；会话到时自己结束（`sessionIdleMs`）。',
      ],
    },
  },
  {
    file: 'cherry-studio',
    name: 'Cherry Studio',
    transports: 'HTTP+SSE, Streamable HTTP',
    en: {
      source: "from its maker's source (CherryHQ/cherry-studio); not run here",
      body: `Settings → MCP → add. Type *Server-Sent Events (sse)* and \`${H}/sse\`, or type *Streamable HTTP (streamableHttp)* and \`${H}/mcp\`. Or import:

${json({ mcpServers: { hn: { name: 'hn', type: 'streamableHttp', baseUrl: `${H}/mcp`, headers: { Authorization: 'Bearer TOKEN' }, isActive: true } } })}`,
      notes: [
        'The type is spelled `streamableHttp`. Without a type it is `sse`.',
        'It pings before a call and waits 5 s: a server behind a proxy that collects events looks dead.',
        'On 404 or 405 newer versions try the other transport.',
        'Without a token leave `headers` out.',
      ],
    },
    zh: {
      source: '来自官方源码（CherryHQ/cherry-studio）；没有在这里运行过',
      body: `设置 → MCP → 添加。类型选“服务器发送事件 (sse)”，URL 填 \`${H}/sse\`；或选“可流式传输的 HTTP (streamableHttp)”，URL 填 \`${H}/mcp\`。也可以导入：

${json({ mcpServers: { hn: { name: 'hn', type: 'streamableHttp', baseUrl: `${H}/mcp`, headers: { Authorization: 'Bearer TOKEN' }, isActive: true } } })}`,
      notes: [
        '类型的写法是 `streamableHttp`。不写类型就是 `sse`。',
        '它在调用之前先 ping，只等 5 秒：代理如果攒着事件不发，服务器看起来就像死了。',
        '遇到 404 或 405，新版本会换另一种传输再试。',
        '没有令牌就不写 `headers`。',
      ],
    },
  },
  {
    file: 'claude-code',
    name: 'Claude Code',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation (code.claude.com, MCP); not run here",
      body: `${sh(`claude mcp add --transport http hn ${H}/mcp
claude mcp add --transport sse hn ${H}/sse`)}

For a project, in \`.mcp.json\`:

${json({ mcpServers: { hn: { type: 'http', url: `${H}/mcp` } } })}`,
      notes: [
        'Options come before the name: `--header "Authorization: Bearer TOKEN"`, `--scope project`.',
        'SSE is marked deprecated there: prefer http.',
      ],
    },
    zh: {
      source: '官方文档（code.claude.com，MCP）；没有在这里运行过',
      body: `${sh(`claude mcp add --transport http hn ${H}/mcp
claude mcp add --transport sse hn ${H}/sse`)}

给整个项目用，写在 \`.mcp.json\` 里：

${json({ mcpServers: { hn: { type: 'http', url: `${H}/mcp` } } })}`,
      notes: [
        '选项写在名字前面：`--header "Authorization: Bearer TOKEN"`、`--scope project`。',
        '那里 SSE 已标为不推荐：优先用 http。',
      ],
    },
  },
  {
    file: 'claude-desktop',
    name: 'Claude Desktop, claude.ai',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation (support.claude.com, custom connectors); not run here",
      body: `Customize → Connectors → Add custom connector, with a **public https** URL: the calls come from the maker's cloud, not from your machine. A server on your own machine goes through a program, in \`claude_desktop_config.json\`:

${json({ mcpServers: { hn: { command: 'npx', args: ['-y', 'mcp-remote', `${H}/mcp`] } } })}`,
      notes: [
        'Remote entries in `claude_desktop_config.json` are not used.',
        'In public: set `AUTH_TOKEN` or `AUTH_ISSUER`, and `ALLOWED_HOSTS` ([authorization](../authorization.md)).',
      ],
    },
    zh: {
      source: '官方文档（support.claude.com，自定义连接器）；没有在这里运行过',
      body: `Customize → Connectors → Add custom connector，填一个**公网 https** URL：调用来自厂商的云，不来自你的电脑。自己电脑上的服务器要经过一个程序，写在 \`claude_desktop_config.json\` 里：

${json({ mcpServers: { hn: { command: 'npx', args: ['-y', 'mcp-remote', `${H}/mcp`] } } })}`,
      notes: [
        '`claude_desktop_config.json` 里的远程条目不起作用。',
        '放到公网：设好 `AUTH_TOKEN` 或 `AUTH_ISSUER`，还有 `ALLOWED_HOSTS`（[授权](../authorization.zh-CN.md)）。',
      ],
    },
  },
  {
    file: 'vscode',
    name: 'VS Code',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation (microsoft/vscode-docs, MCP configuration); not run here",
      body: `In \`.vscode/mcp.json\`:

${json({ servers: { hn: { type: 'http', url: `${H}/mcp` } } })}`,
      notes: [
        'The key is `servers`, not `mcpServers`.',
        '`http` falls back to HTTP+SSE; `sse` also tries a POST first.',
        'With a token, beside `url`: `"headers": { "Authorization": "Bearer TOKEN" }`.',
      ],
    },
    zh: {
      source: '官方文档（microsoft/vscode-docs，MCP 配置）；没有在这里运行过',
      body: `写在 \`.vscode/mcp.json\` 里：

${json({ servers: { hn: { type: 'http', url: `${H}/mcp` } } })}`,
      notes: [
        '键名是 `servers`，不是 `mcpServers`。',
        '`http` 不行时会退回 HTTP+SSE；`sse` 也会先试一次 POST。',
        '有令牌时，在 `url` 旁边加 `"headers": { "Authorization": "Bearer TOKEN" }`。',
      ],
    },
  },
  {
    file: 'cursor',
    name: 'Cursor',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation (cursor.com, MCP); not run here",
      body: `In \`~/.cursor/mcp.json\`, or \`.cursor/mcp.json\` of a project:

${json({ mcpServers: { hn: { url: `${H}/mcp`, headers: { Authorization: 'Bearer TOKEN' } } } })}`,
      notes: ['It tries Streamable HTTP, then HTTP+SSE.', 'Without a token leave `headers` out.'],
    },
    zh: {
      source: '官方文档（cursor.com，MCP）；没有在这里运行过',
      body: `写在 \`~/.cursor/mcp.json\`，或项目的 \`.cursor/mcp.json\` 里：

${json({ mcpServers: { hn: { url: `${H}/mcp`, headers: { Authorization: 'Bearer TOKEN' } } } })}`,
      notes: ['先试 Streamable HTTP，再试 HTTP+SSE。', '没有令牌就不写 `headers`。'],
    },
  },
  {
    file: 'cline',
    name: 'Cline',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation and source (cline/cline); not run here",
      body: `MCP Servers → Remote, or in its JSON:

${json({ mcpServers: { hn: { type: 'streamableHttp', url: `${H}/mcp`, disabled: false, autoApprove: [] } } })}`,
      notes: [
        'Without `type` it is SSE: give that one `/sse`.',
        'With a token, beside `url`: `"headers": { "Authorization": "Bearer TOKEN" }`.',
      ],
    },
    zh: {
      source: '官方文档和源码（cline/cline）；没有在这里运行过',
      body: `MCP Servers → Remote，或写在它的 JSON 里：

${json({ mcpServers: { hn: { type: 'streamableHttp', url: `${H}/mcp`, disabled: false, autoApprove: [] } } })}`,
      notes: [
        '不写 `type` 就是 SSE：那时 URL 用 `/sse`。',
        '有令牌时，在 `url` 旁边加 `"headers": { "Authorization": "Bearer TOKEN" }`。',
      ],
    },
  },
  {
    file: 'lm-studio',
    name: 'LM Studio',
    transports: 'Streamable HTTP, HTTP+SSE',
    en: {
      source: "its maker's documentation (lmstudio.ai, MCP), from 0.3.17; not run here",
      body: `Program → Install → Edit mcp.json:

${json({ mcpServers: { hn: { url: `${H}/mcp` } } })}`,
      notes: [
        "The notation is Cursor's.",
        'With a token, beside `url`: `"headers": { "Authorization": "Bearer TOKEN" }`.',
      ],
    },
    zh: {
      source: '官方文档（lmstudio.ai，MCP），0.3.17 起；没有在这里运行过',
      body: `Program → Install → Edit mcp.json：

${json({ mcpServers: { hn: { url: `${H}/mcp` } } })}`,
      notes: ['写法与 Cursor 相同。', '有令牌时，在 `url` 旁边加 `"headers": { "Authorization": "Bearer TOKEN" }`。'],
    },
  },
  {
    file: 'stdio-hosts',
    name: 'mcp-remote',
    transports: 'stdio',
    en: {
      source: "its maker's README (punkpeye/mcp-remote); not run here",
      body: `For a host that starts programs and knows no URL, a program in between:

${sh(`npx -y mcp-remote ${H}/mcp`)}

Or without one: [examples/stdio](../../examples/stdio/server.mjs) is a server that speaks on standard input and output itself; its tool is \`make-tea\`.`,
      notes: ['What a program prints on standard output besides messages breaks the connection.'],
    },
    zh: {
      source: '作者的 README（punkpeye/mcp-remote）；没有在这里运行过',
      body: `有的宿主只会启动程序，不认 URL，中间放一个程序：

${sh(`npx -y mcp-remote ${H}/mcp`)}

也可以不用它：[examples/stdio](../../examples/stdio/server.mjs) 是一个自己在标准输入输出上说话的服务器，工具是 \`make-tea\`。`,
      notes: ['程序在标准输出上打印消息以外的东西，连接就断了。'],
    },
  },
]

const TEXTS = {
  en: {
    suffix: '',
    index: [
      'Point a client at it',
      'One page for each client. The server runs at `http://127.0.0.1:3000`; by default `/sse` and `/mcp` both serve any client, whichever URL it was given. `npm run docs` makes these pages. [中文](README.zh-CN.md)',
    ],
    head: ['client', 'transports', 'where it is from'],
    from: (transports, source) => `${transports} (${source}). `,
    know: 'Good to know',
    fails:
      'If it does not connect: [what the answer means](../errors.md), and lesson 7 of the course has eight set-ups that fail.',
    other: '中文',
  },
  zh: {
    suffix: '.zh-CN',
    index: [
      '连接客户端',
      '每个客户端一页。服务器在 `http://127.0.0.1:3000`；默认情况下 `/sse` 和 `/mcp` 都接受任何客户端，填哪个 URL 都行。这些页面由 `npm run docs` 生成。[English](README.md)',
    ],
    head: ['客户端', '传输', '依据'],
    from: (transports, source) => `${transports}（${source}）。`,
    know: '要知道的',
    fails: '连不上：看[答复的含义](../errors.zh-CN.md)；课程第 7 课有八种连不上的设置。',
    other: 'English',
  },
}
const OTHER = { en: '.zh-CN', zh: '' }

/** The pages: their text, by path. */
export function clientPages() {
  const pages = new Map()
  for (const [language, { suffix, index, head, from, know, fails, other }] of Object.entries(TEXTS)) {
    const rows = CLIENTS.map((client) => {
      const { file, name, transports } = client
      const { source, body, notes } = client[language]
      const list = notes.map((note) => `- ${note}`).join('\n')
      const back = `[${other}](${file}${OTHER[language]}.md)`
      pages.set(
        `docs/clients/${file}${suffix}.md`,
        `# ${name}\n\n${from(transports, source)}${back}\n\n${body}\n\n## ${know}\n\n${list}\n\n${fails}\n`,
      )
      return `| [${name}](${file}${suffix}.md) | ${transports} | ${source} |`
    })
    const [title, lead] = index
    const table = [`| ${head.join(' | ')} |`, '| --- | --- | --- |', ...rows].join('\n')
    pages.set(`docs/clients/README${suffix}.md`, `# ${title}\n\n${lead}\n\n${table}\n\n${fails}\n`)
  }
  return pages
}
