// The table of docs/check.md: how the servers of others do in `sse-mcp check`. `npm run check:others` writes it; a test
// holds its versions against the lock files.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../parts.mjs'

export const DOCS = { 'docs/check.md': 'en', 'docs/check.zh-CN.md': 'zh' }

const RIVALS = 'bench/rivals/package-lock.json'

/** Whose servers, where they stand, and which lock file says their version. */
export const OTHERS = [
  { name: 'sse-mcp', file: 'bench/rivals/check/ours.mjs', locks: [] },
  { name: 'official SDK 1', file: 'bench/rivals/check/sdk-v1.mjs', locks: [[RIVALS, '@modelcontextprotocol/sdk']] },
  { name: 'official SDK 2', file: 'bench/rivals/check/sdk-v2.mjs', locks: [[RIVALS, '@modelcontextprotocol/server']] },
  {
    name: 'FastMCP',
    file: 'test/interop/fastmcp/server.mjs',
    locks: [['test/interop/fastmcp/package-lock.json', 'fastmcp']],
  },
  { name: 'mcp-lite', file: 'bench/rivals/check/mcp-lite.mjs', locks: [[RIVALS, 'mcp-lite']] },
  {
    name: 'tmcp',
    file: 'bench/rivals/check/tmcp.mjs',
    locks: [
      [RIVALS, 'tmcp'],
      [RIVALS, '@tmcp/transport-http'],
    ],
  },
]

/** `name version`, as the lock files have it. */
export const versionsOf = (locks) =>
  locks.map(([lock, name]) => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, lock), 'utf8'))
    return `${name} ${packages[`node_modules/${name}`].version}`
  })

const TEXT = {
  en: {
    head: ['server', 'version'],
    ours: 'this one',
    list: 'What does not hold, and in which revisions (✗ a MUST, ⚠ a SHOULD):',
    none: 'nothing',
    between: '; ',
  },
  zh: {
    head: ['服务器', '版本'],
    ours: '本项目',
    list: '哪些不成立，在哪些版本里（✗ 是 MUST，⚠ 是 SHOULD；检查项的名字就是工具打印的英文）：',
    none: '没有',
    between: '；',
  },
}

const MARKS = { failed: '✗', warning: '⚠' }

/** The table, and under it what does not hold. */
export function tableOf(rows, lang) {
  const say = TEXT[lang]
  const protocols = [...new Set(rows.flatMap(({ report }) => report.spoken.map(protocolOf)))].toSorted()
  const lines = [
    [...say.head, ...protocols],
    ['---', '---', ...protocols.map(() => '---')],
    ...rows.map(({ name, versions, report }) => [
      name,
      versions.join(', ') || say.ours,
      ...protocols.map((protocol) => cellOf(report.spoken.find((each) => protocolOf(each) === protocol))),
    ]),
  ].map((cells) => `| ${cells.join(' | ')} |`)
  const lists = rows.map(({ name, report }) => `- **${name}**: ${badOf(report).join(say.between) || say.none}`)
  return `${lines.join('\n')}\n\n${say.list}\n\n${lists.join('\n')}`
}

const protocolOf = ({ version, transport }) => `${version}, ${transport}`

/** Passed, failed, warnings. */
function cellOf(spoken) {
  if (!spoken) return '–'
  const count = (wanted) => spoken.checks.filter(({ outcome }) => outcome === wanted).length
  return `${count('passed')} / ${count('failed')} / ${count('warning')}`
}

/** Each check once, with the revisions in which it does not hold. */
function badOf({ spoken }) {
  const found = new Map()
  for (const { version, checks } of spoken)
    for (const { name, outcome } of checks)
      if (MARKS[outcome])
        found.set(`${MARKS[outcome]} ${name}`, [...(found.get(`${MARKS[outcome]} ${name}`) ?? []), version])
  return [...found].map(([name, versions]) => `${name} (${versions.join(', ')})`).toSorted()
}

/** A text with another table between the marks of that name. */
export const withTable = (text, name, table) =>
  text.replace(new RegExp(`<!--${name}-->[^]*?<!---->`), () => `<!--${name}-->\n\n${table}\n\n<!---->`)
