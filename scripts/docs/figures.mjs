// The figures and the code in the READMEs: measured and copied here, compared by a test, written by `npm run docs`.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNewest, newestNode, ROOT } from '../parts.mjs'

/** The texts with figures, or with the code of files that their blocks name. */
const TEXTS = ['README.md', 'README.zh-CN.md', 'docs/guide.md', 'docs/guide.zh-CN.md']
const read = (file) => readFileSync(join(ROOT, file), 'utf8')

/** Lines of a source text with code on them. Comments and blank lines are free: a cap on them makes riddles of comments. */
export function codeLines(text) {
  let count = 0
  let inComment = false
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (!inComment && line !== '' && !/^\/[/*]/.test(line)) count++
    if (line.startsWith('/*')) inComment = true
    if (line.endsWith('*/')) inComment = false
  }
  return count
}

/** Name to figure, as it is printed. */
export function figures() {
  const core = ['src/sse', 'src/jsonrpc', 'src/mcp', 'src/tools'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  const packages = Object.entries(JSON.parse(read('package-lock.json')).packages)
  const vectors = (name) => JSON.parse(read(`test/vectors/${name}.json`)).vectors.length
  return {
    'core-lines': core.reduce((sum, file) => sum + codeLines(read(file)), 0).toLocaleString('en'),
    'core-files': core.length,
    ...walkFigures(),
    packages: packages.filter(([name, { dev, optional }]) => name && !dev && !optional).length,
    'parse-vectors': vectors('sse-parse'),
    'encode-vectors': vectors('sse-encode'),
    // The tasks extension is a set of its own.
    'conformance-sum': conformanceSum(({ isTasks }) => !isTasks),
    'conformance-tasks': conformanceSum(({ isTasks }) => isTasks),
    ...benchFigures(),
  }
}

/** Nodes differ in what they count as a line executed: these are of the newest LTS, and stay as they are without it. */
function walkFigures() {
  const node = newestNode()
  if (!node || (node === process.execPath && !isNewest)) return {}
  const env = { ...process.env, NODE_OPTIONS: '' }
  const walk = spawnSync(node, ['course/walk.mjs', 'count'], { cwd: ROOT, env, encoding: 'utf8' })
  const walks = [...walk.stdout.matchAll(/executes (\d+) lines of src in (\d+) files/g)]
  if (walks.length !== 3) throw new Error(`npm run walk failed: ${walk.stderr}`)
  const [sse, mcp, stateless] = walks.map(([, lines, files]) => `${lines} / ${files}`)
  return { 'walk-sse': sse, 'walk-mcp': mcp, 'walk-stateless': stateless }
}

/**
 * As `npm run bench` wrote them: the CPU time of a call, bare node:http being 1, and the best rival's. Each Node has a
 * table, the newest the last.
 */
function benchFigures() {
  const [node, page] = read('bench/RESULTS.md')
    .split('\n## Node ')
    .at(-1)
    .split(/\n([\s\S]*)/)
  const rows = page.split('\n').filter((line) => line.includes(': CPU per call, 1 session × 32 calls |'))
  const names = ['bench-sse', 'bench-json', 'bench-stream', 'bench-stateless', 'bench-stateless-stream']
  if (rows.length !== names.length) throw new Error('bench/RESULTS.md has other rows: npm run bench')
  const figures = rows.map((row, at) => {
    const [, , ours, , , , rival] = row.split('|').map((cell) => cell.trim())
    return [names[at], `${ours} (${rival})`]
  })
  return { 'bench-node': node, ...Object.fromEntries(figures) }
}

/** As `npm run conformance -- --json test/conformance/results.json` counted it: a row for each part of a set. */
export function conformanceRows() {
  const results = JSON.parse(read('test/conformance/results.json'))
  return Object.entries(results).flatMap(([set, parts]) =>
    Object.entries(parts)
      .filter(([part]) => part !== 'notOffered')
      .map(([part, counts]) => ({ name: `${set}, ${part}`, isTasks: part === 'tasks', ...counts })),
  )
}

function conformanceSum(isWanted) {
  const rows = conformanceRows().filter(isWanted)
  return ['passed', 'scenarios'].map((key) => rows.reduce((total, row) => total + row[key], 0)).join('/')
}

/** The texts with today's figures, and with the files that their code blocks name. */
export function withFigures(values = figures()) {
  return TEXTS.map((file) => {
    const text = read(file)
      .replace(/<!--([a-z-]+)-->[\s\S]*?<!---->/g, (all, name) =>
        name in values ? `<!--${name}-->${values[name]}<!---->` : all,
      )
      .replace(/```js\n\/\/ (\S+)\n[\s\S]*?```/g, (_all, path) => `\`\`\`js\n// ${path}\n${read(path)}\`\`\``)
    return { file, text }
  })
}

/** docs/badges.svg: what a visitor asks first, as figures of this repository and no service's. */
export function badges(values = figures()) {
  const { engines } = JSON.parse(read('package.json'))
  const facts = [
    ['MCP conformance', values['conformance-sum']],
    ['dependencies', `1 (${values.packages} packages)`],
    ['core', `${values['core-lines']} lines`],
    ['node', engines.node],
    ['license', 'MIT'],
  ]
  let x = 0
  const drawn = facts.map(([name, value]) => {
    const [left, right] = [name, value].map((text) => text.length * 7 + 16)
    const at = x
    x += left + right + 8
    return `<g transform="translate(${at} 0)"><rect width="${left}" height="22" rx="3" fill="#3a3a3a"/><rect x="${left}" width="${right}" height="22" rx="3" fill="#00694a"/><text x="8" y="15">${name}</text><text x="${left + 8}" y="15">${value.replace('>', '&gt;')}</text></g>`
  })
  const text = facts.map(([name, value]) => `${name} ${value.replace('>', '&gt;')}`).join(', ')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${x - 8}" height="22" role="img"><title>${text}</title><g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11.5" fill="#fff">${drawn.join('')}</g></svg>\n`
}
