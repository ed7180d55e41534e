// docs/limits.md and docs/limits.zh-CN.md, made of the tables in src/bounds/limits.ts: `npm run docs` writes them, a test
// compares them.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../parts.mjs'

const CHINESE = {
  maxRequestsPerMinute: ['每分钟的请求数，按主体或地址；本机且不经代理则不限', '公平', '429'],
  maxConnections: ['连接数', '会话的和请求的都算', '不读就断开'],
  maxRequestsPerSocket: ['一条连接上的请求数', '没有连接能一直活下去', '503，断开连接'],
  maxBodyBytes: ['POST 请求体的字节数', '参数都很小', '413，断开连接'],
  maxMessagesTotal: ['所有进行中的消息占用的字节数；一个调用者最多占一半', '内存', '503'],
  maxSessions: ['一种传输的会话数', '每个约 10 kB', '闲得最久的那个结束；都不闲：503'],
  sessionIdleMs: ['没有请求也没有流的毫秒数', '很多客户端从不告别', '会话结束，之后是 404'],
  handshakeIdleMs: ['同上，但会话只做过 `initialize`', '丢下它太容易', '会话结束，之后是 404'],
  maxInFlight: ['一个客户端正在运行的调用数，被放弃的也算', '公平', '-32603，reason 为 busy'],
  maxRunning: ['所有客户端正在运行的调用数，被放弃的也算', '每个都留着它的消息', '-32603，reason 为 busy'],
  maxAbandoned: ['其中被放弃的调用数', '停不下来的工具', '对这些工具：-32603'],
  maxListens: ['订阅数（`subscriptions/listen`）', '每个都是一条开着的流', '503，reason 为 busy'],
  maxUnreadBytes: ['等着一条流的读者来取的通知的字节数', '内存', '销毁这条流'],
  maxUnreadAnswers: ['同上，连答复一起算', '内存', '销毁这条流'],
  maxUnreadTotal: ['等着所有读者来取的字节数；一个调用者最多占一半', '内存', '销毁这条流，503'],
  unreadMs: ['读者一个字节也不取的毫秒数', '内存', '销毁这条流'],
  keepAliveMs: ['流上两条注释之间的毫秒数；0 表示不发', '代理在 30 到 60 秒后掐断沉默的流', '–'],
  drainMs: ['关闭时等待进行中答复的毫秒数', '大多数那时已完成', '-32603，reason 为 shutting down'],
  shutdownMs: ['整个关闭过程的毫秒数', '在 SIGKILL 之前的 10 秒以内', '断开连接'],
}

/** What each bound weighs when it is used up, in English and Chinese. Times weigh nothing by themselves. */
const WEIGHS = {
  maxRequestsPerMinute: [
    '10,000 callers are remembered: 2 MB. With Redis all nodes count together (cluster.md)',
    '记住 10,000 个调用者：2 MB。用 Redis 时所有节点合起来数（cluster.zh-CN.md）',
  ],
  maxConnections: ['10 to 20 kB each in Node: 40 MB', 'Node 里每条 10 到 20 kB：40 MB'],
  maxBodyBytes: ['counted by maxMessagesTotal', '计入 maxMessagesTotal'],
  maxMessagesTotal: [
    '192 MiB, half for one caller, of whom a single message may take more',
    '192 MiB，一个调用者最多一半，只有一条消息时可以更多',
  ],
  maxSessions: [
    'about 10 kB each: 10 MB, half for one principal; 64 Ki characters of subscriptions each',
    '每个约 10 kB：10 MB，一个主体最多一半；每个最多 64 Ki 字符的订阅',
  ],
  maxInFlight: ['counted by maxMessagesTotal', '计入 maxMessagesTotal'],
  maxRunning: ['counted by maxMessagesTotal until they end', '到结束为止计入 maxMessagesTotal'],
  maxAbandoned: ['half of them by one caller', '一个调用者最多一半'],
  maxListens: [
    '3 kB each without its message, and 64 Ki characters of URIs; half for one principal',
    '不连消息每个 3 kB，另有最多 64 Ki 字符的 URI；一个主体最多一半',
  ],
  maxUnreadBytes: ['counted by maxUnreadTotal', '计入 maxUnreadTotal'],
  maxUnreadAnswers: ['counted by maxUnreadTotal', '计入 maxUnreadTotal'],
  maxUnreadTotal: [
    '64 MiB, half for one caller, replays and whole answers among them',
    '64 MiB，一个调用者最多一半，重放和整段答复都算',
  ],
}

const TEXTS = {
  'docs/limits.md': {
    title: 'Limits',
    lead: 'What strangers can make the server hold, and what happens beyond it. Each limit is given under `limits`, or by a variable or a flag of the same name: `limits: { maxSessions: 100 }`, `MAX_SESSIONS=100`, `--max-sessions 100`. The function that keeps it takes it, and so does one that calls that function: `serve` calls `createMcpHandler`, which calls `createMcpServer`; what a function does not take, it refuses. Ms are at most 2,147,483,647 (24.8 days); 0 is allowed for keepAliveMs (none), drainMs and shutdownMs (at once); drainMs is part of shutdownMs: where one is set alone, the other follows. Where `maxUnreadBytes` is set alone, it bounds answers too; `maxUnreadTotal` is at least four times `maxUnreadAnswers`, unless it is set itself. At its start the server prints the limits that differ from their defaults. `npm run docs` makes this page from [`src/bounds/limits.ts`](../src/bounds/limits.ts). [中文](limits.zh-CN.md)',
    head: ['limit', 'kept by', 'variable', 'default', 'what is counted', 'why', 'beyond it', 'what it weighs at most'],
    half: 'Where bytes are counted (`maxMessagesTotal`, `maxUnreadTotal`), half for one caller is said of large pieces. What is no larger than 1/1024 of the limit, as most messages and events are, may fill three quarters: a large piece does not keep its caller from everything else. The first piece of a caller may be larger than its half.',
    fixed: 'Fixed',
    note: 'What is marked `serve` holds under `serve`; with `createMcpHandler` it is for your own server to say. The extension Tasks has limits of its own: 1,000 tasks, 32 Mi UTF-16 units of results, one hour each ([extensions](extensions.md#tasks)).',
    rows: [
      ['bytes of a request head: 16 KiB, × connections: 32 MB (`serve`)', '431, connection closed'],
      ['for a head to arrive: 10 s; for a whole request: 20 s (`serve`)', '408, connection closed'],
      [
        'between two requests of a connection: 65 s; proxies close at 60 s, and should first (`serve`)',
        'connection closed',
      ],
      ['messages of a batch (2025-03-26): 100', '400'],
      ['events of a stream kept for replay: 256, of 1 Mi UTF-16 units together', 'the oldest is forgotten'],
      ['UTF-16 units kept of all streams: 64 Mi, 64 to 128 MiB', 'the stream silent longest is forgotten'],
      ['a silent stream is kept: 5 minutes', 'forgotten'],
      ['JSON nested deeper than 64 levels', '-32600 before anything is built from it'],
      ['an id of more than 1,024 characters, a method of more than 256', '-32600'],
      ['streams of a session remembered: 64', 'the oldest finished one is forgotten'],
      ['subscriptions of a session to resources: 1,000', 'error -32600'],
      ['log lines of one reason in a second: 10 (`serve`)', 'left out'],
      ['log lines that wait for standard error: 64 KiB', 'left out, and counted in the next one'],
      ['a progress token of more than 1,024 characters', 'error -32602'],
      [
        'what a client says of itself: the capabilities that mean something here, its extensions to 4,096 characters, its name and version to 128',
        'left out',
      ],
      [
        'requests that wait on one connection: 16',
        'not read any further; 128 of one read, or 4,096 of all connections: the connection ends',
      ],
      [
        'an answer of the client to a question: 10 minutes',
        'the question is cancelled, the call goes on with an error',
      ],
      [
        'events kept of all streams: 200,000, of 250 bytes each beside their data: 50 MB',
        'the stream silent longest is forgotten',
      ],
      ['`sub` and client of a token: 1,024 characters', '401'],
      ['fetches of keys for an unknown one: one in 5 s', '503'],
      ['known keys without their issuer: 24 hours', '503'],
    ],
    fixedHead: ['what', 'beyond it'],
  },
  'docs/limits.zh-CN.md': {
    title: '限制',
    lead: '陌生人能让服务器留住多少东西，超过之后会怎样。每个限制写在选项 `limits` 里，也可以用同名的环境变量或命令行参数：`limits: { maxSessions: 100 }`、`MAX_SESSIONS=100`、`--max-sessions 100`。每个限制写给表里“由谁遵守”的那个函数，或调用它的函数：`serve` 调用 `createMcpHandler`，后者调用 `createMcpServer`；函数不接受的限制会被拒绝。毫秒数最大 2,147,483,647（24.8 天）；只有 keepAliveMs（不发）、drainMs 和 shutdownMs（立刻）可以是 0；drainMs 是 shutdownMs 的一部分：只设一个时，另一个跟着变。只设 `maxUnreadBytes` 时，答复也受它限制；`maxUnreadTotal` 如果没有设，至少是 `maxUnreadAnswers` 的四倍。启动时服务器会打印与默认值不同的那些。本页由 `npm run docs` 从 [`src/bounds/limits.ts`](../src/bounds/limits.ts) 生成。[English](limits.md)',
    head: ['限制', '由谁遵守', '变量', '默认值', '数的是什么', '为什么', '超过之后', '最多占多少'],
    half: '按字节算的（`maxMessagesTotal`、`maxUnreadTotal`），“一个调用者最多一半”说的是大块。不超过限制的 1/1024 的，多数消息和事件都是这样，可以用到四分之三：一个大块不会让它的调用者别的什么都做不了。调用者的第一块可以超过它的一半。',
    fixed: '固定的',
    note: '标有 `serve` 的只在用 `serve` 时有效；用 `createMcpHandler` 时由你自己的服务器决定。Tasks 扩展有自己的限制：1,000 个任务、结果共 32 Mi 个 UTF-16 单元、每个保留一小时（[扩展](extensions.zh-CN.md#任务)）。',
    rows: [
      ['请求头的字节数：16 KiB，× 连接数：32 MB（`serve`）', '431，断开连接'],
      ['等请求头到齐：10 秒；等整个请求到齐：20 秒（`serve`）', '408，断开连接'],
      ['一条连接上两个请求之间：65 秒；比代理的 60 秒长，让代理先断（`serve`）', '断开连接'],
      ['一个批量里的消息（2025-03-26）：100 条', '400'],
      ['一条流里留着供重放的事件：256 个，合计 1 Mi 个 UTF-16 单元', '忘掉最老的'],
      ['所有流里留着的 UTF-16 单元：64 Mi 个，64 到 128 MiB', '忘掉沉默最久的流'],
      ['一条沉默的流保留：5 分钟', '忘掉'],
      ['JSON 嵌套超过 64 层', '-32600，在用它构造任何东西之前'],
      ['超过 1,024 个字符的 id，超过 256 个字符的方法名', '-32600'],
      ['一个会话记住的流：64 条', '忘掉最老的已结束的一条'],
      ['一个会话对资源的订阅：1,000 个', '错误 -32600'],
      ['一秒内同一原因的日志行：10 行（`serve`）', '不再写'],
      ['等着写到标准错误的日志：64 KiB', '不写，由下一行报出数目'],
      ['超过 1,024 个字符的 progress token', '错误 -32602'],
      ['客户端对自己的说明：只留这里有意义的能力，扩展共 4,096 个字符，名字和版本各 128 个字符', '不留'],
      ['一条连接上等着的请求：16 个', '不再往下读；一次读到 128 个，或所有连接共 4,096 个：断开连接'],
      ['客户端回答一个问题：10 分钟', '取消这个问题，调用带着错误继续'],
      ['所有流里保留的事件：200,000 个，数据之外每个 250 字节：50 MB', '忘掉沉默最久的流'],
      ['令牌的 `sub` 和 client：1,024 个字符', '401'],
      ['为未知的密钥去取：5 秒一次', '503'],
      ['签发者不在时沿用已知密钥：24 小时', '503'],
    ],
    fixedHead: ['什么', '超过之后'],
  },
}

/** Path to text. */
export async function limitPages() {
  const { LIMITS } = await import(pathToFileURL(join(ROOT, 'dist/index.js')))
  const { takersOf, variableOf } = await import(pathToFileURL(join(ROOT, 'dist/bounds/limits.js')))
  const names = Object.keys(LIMITS)
  const missing = names.filter((name) => !CHINESE[name])
  if (missing.length > 0) throw new Error(`scripts/docs/limits.mjs has no Chinese for ${missing.join(', ')}`)
  const pages = Object.entries(TEXTS).map(([path, { title, lead, head, half, fixed, note, rows, fixedHead }]) => {
    const table = names.map((name) => {
      const [value, ...english] = LIMITS[name]
      const words = path.includes('zh') ? CHINESE[name] : english
      const weighs = WEIGHS[name]?.[path.includes('zh') ? 1 : 0] ?? '–'
      return [
        `\`${name}\``,
        `\`${takersOf(name)[0]}\``,
        `\`${variableOf(name)}\``,
        value.toLocaleString('en'),
        ...words,
        weighs,
      ]
    })
    return [
      path,
      `# ${title}\n\n${lead}\n\n${asTable(head, table)}\n\n${half}\n\n## ${fixed}\n\n${note}\n\n${asTable(fixedHead, rows)}\n`,
    ]
  })
  return new Map(pages)
}

const asTable = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
