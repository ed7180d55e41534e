// The table of docs/compare.md: how many lines a user writes with each library, counted in the programs that a test runs.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../parts.mjs'
import { codeLines } from './figures.mjs'
import { OTHERS, versionsOf, withTable } from './others.mjs'

/** Where the programs of each library stand, beside the packages that they import. */
export const COMPARED = [
  { name: 'sse-mcp', folder: 'bench/compare/sse-mcp' },
  { name: 'official SDK 2', folder: 'test/interop/sdk-v2/compare' },
  { name: 'FastMCP', folder: 'test/interop/fastmcp/compare' },
  { name: 'mcp-lite', folder: 'bench/rivals/compare/mcp-lite' },
  { name: 'tmcp', folder: 'bench/rivals/compare/tmcp' },
]

const PAGES = { 'docs/compare.md': 'en', 'docs/compare.zh-CN.md': 'zh' }

const WORDS = {
  en: {
    head: 'lines of code that a user writes',
    version: 'version',
    ours: 'this one',
    tool: '(a) one tool, over HTTP',
    revisions: '(b) revisions that these lines serve',
    auth: '(c) the same, for who has a token',
    nodes: '(d) the same, on each of several nodes',
    test: '(e) a test of the tool, in one process',
    of: (some, all) => `${some} of ${all}`,
    stateless: 'without sessions',
    newest: '2026-07-28 alone',
    none: '–: the user writes where sessions are kept',
  },
  zh: {
    head: '用户要写的代码行数',
    version: '版本',
    ours: '本项目',
    tool: '(a) 一个工具，走 HTTP',
    revisions: '(b) 这些代码能服务的版本',
    auth: '(c) 同上，只给有令牌的人',
    nodes: '(d) 同上，在几个节点的每一个上',
    test: '(e) 工具的测试，在一个进程里',
    of: (some, all) => `${all} 个里的 ${some} 个`,
    stateless: '没有会话',
    newest: '只有 2026-07-28',
    none: '–：会话存在哪里，由用户自己写',
  },
}

/** Lines with code, imports and comments left out: editors write the first, and nobody is the worse for the second. */
export const userLines = (text) => codeLines(text.replace(/^import [^']*'[^']+'\n/gm, ''))

const linesOf = (folder, program) => String(userLines(readFileSync(join(ROOT, folder, `${program}.mjs`), 'utf8')))

/** Several nodes: a program of its own, program (a) where no line is added, or nothing, and why. */
function nodesOf({ name, folder }, say) {
  if (name === 'mcp-lite') return say.none
  if (!existsSync(join(ROOT, folder, 'nodes.mjs'))) return `${linesOf(folder, 'tool')}, ${say.newest}`
  return name === 'FastMCP' ? `${linesOf(folder, 'nodes')}, ${say.stateless}` : linesOf(folder, 'nodes')
}

/** How many revisions `npm run check:others` found in the server of a library: cells of its table in docs/check.md. */
function revisionsOf(name) {
  const row = readFileSync(join(ROOT, 'docs/check.md'), 'utf8')
    .split('<!--others-->')[1]
    .split('\n')
    .find((line) => line.startsWith(`| ${name} |`))
  const cells = row.split('|').slice(3, -1)
  return [cells.filter((cell) => cell.trim() !== '–').length, cells.length]
}

function tableOf(lang) {
  const say = WORDS[lang]
  const locks = ({ name }) => OTHERS.find((other) => other.name === name).locks
  const row = (head, cell) => [head, ...COMPARED.map(cell)]
  const counted = (program) => row(say[program], ({ folder }) => linesOf(folder, program))
  return [
    row(say.head, ({ name }) => name),
    row('---', () => '---'),
    row(say.version, (one) => versionsOf(locks(one)).join(', ') || say.ours),
    counted('tool'),
    row(say.revisions, ({ name }) => say.of(...revisionsOf(name))),
    counted('auth'),
    row(say.nodes, (one) => nodesOf(one, say)),
    counted('test'),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** The pages with today's table. */
export const comparePages = () =>
  Object.entries(PAGES).map(([path, lang]) => [
    path,
    withTable(readFileSync(join(ROOT, path), 'utf8'), 'compare', tableOf(lang)),
  ])
