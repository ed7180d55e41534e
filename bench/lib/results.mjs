// The results: a line of each row while they come in, and the page bench/RESULTS.md.
import { readFileSync } from 'node:fs'
import { BARS } from '../bars.mjs'
import { OF_NO_NODE } from '../questions/index.mjs'

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

/** Ours and the rivals', as they are installed. */
export function versions() {
  const own = read('../../package.json')
  const { dependencies } = read('../rivals/package.json')
  const rivals = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`)
  return `${own.name} ${own.version}, against ${rivals.join(', ')}`
}

const figure = (value, unit) => {
  if (unit === '×') return `${value.toFixed(2)}×`
  return `${unit === 'packages' ? value : value.toFixed(1)} ${unit}`
}

const barOf = ({ bar, unit, least }) => `${least ? '≥' : '≤'} ${unit === '×' ? `${bar}×` : `${bar} ${unit}`}`

function verdict({ bar, least }, row) {
  if (!row) return 'not measured'
  if (row.void) return 'void'
  if (!Number.isFinite(row.value)) return 'not measured'
  return (least ? row.value >= bar : row.value <= bar) ? 'met' : 'missed'
}

function bestRival({ unit, least }, { rivals = {} } = {}) {
  const measured = Object.entries(rivals).filter(([, value]) => Number.isFinite(value))
  const best = measured.find(([, value]) => measured.every(([, other]) => (least ? value >= other : value <= other)))
  return best ? `${figure(best[1], unit)} ${best[0]}` : '–'
}

/** The cells of a row: what, ours, bar, verdict, floor, best rival. */
function cellsOf(bar, row) {
  const word = verdict(bar, row)
  const value = Number.isFinite(row?.value) ? figure(row.value, bar.unit) : '–'
  return [bar.what, value, barOf(bar), word, row?.floor ?? '–', bestRival(bar, row)]
}

export function describeRow(row) {
  const bar = BARS.find(({ id }) => id === row.id)
  if (!bar) return `${row.id}: ${row.void ?? 'no such bar'}`
  const [what, value, limit, word, floor, rival] = cellsOf(bar, row)
  return `${word.padEnd(12)} ${what}: ${value} (${limit}); floor ${floor}; best rival ${rival}`
}

const NOTES = [
  'A ratio (×) is ours divided by the floor of the same run. The floor is bare `node:http` that puts the same bytes on the wire and checks nothing: no Host, no Origin, no session, no schema, no limit.',
  'CPU is the time that all threads of a server had on a core, from the scheduler; time spent waiting for it is not in it.',
  'Each server is several processes, started in rotating order, and called in short windows in rotating order; a figure is the median over the windows, then over the processes. Every reply is read and checked.',
  'Two runs differ by about 5 % where a ratio is near 1, by 10 % where it is 1.5, by 20 % where it is above 10. Only ratios of one run mean anything.',
  'A missed bar is a fact to work on, and no failure of the run. A wrong reply is: its row is void.',
]

const HEAD = [
  ['what', 'ours', 'bar', 'met?', 'floor', 'best rival'],
  ['---', '--:', '--:', '---', '--:', '---'],
]
const isOfNoNode = ({ id }) => OF_NO_NODE.includes(id.split('-')[0])

function table(bars, rows) {
  const body = bars.map((bar) =>
    cellsOf(
      bar,
      rows.find(({ id }) => id === bar.id),
    ),
  )
  return [...HEAD, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const list = (lines) => lines.map((line) => `- ${line}`).join('\n')

/** @param {{node: string, seconds: number, rows: object[]}[]} runs one for each Node */
export function resultsPage(runs, { machine, quick }) {
  const rows = runs.flatMap((run) => run.rows)
  const notes = new Set(rows.flatMap(({ note }) => note ?? []))
  const voids = runs.flatMap(({ node, rows }) =>
    rows.filter((row) => row.void).map((row) => `void on Node ${node}: ${row.id}: ${row.void}`),
  )
  const command = `npm run bench${quick ? ' -- --quick --write' : ''}`
  const tables = runs.flatMap(({ node, seconds, rows }) => [
    `## Node ${node}`,
    `Measured in ${seconds} s.`,
    table(
      BARS.filter((bar) => !isOfNoNode(bar)),
      rows,
    ),
  ])
  return [
    '# Results',
    `Made by \`${command}\`. How it measures: [README.md](README.md).`,
    ...(quick ? ['**A quick run: few and short windows, fewer sessions. A look, not a result.**'] : []),
    list(machine),
    ...tables,
    '## The same on every Node',
    table(BARS.filter(isOfNoNode), rows),
    '## Notes',
    list([...NOTES, ...notes, ...voids]),
  ]
    .join('\n\n')
    .concat('\n')
}
