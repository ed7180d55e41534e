// Finds out which revisions a server speaks, runs the checks of each, and prints the results.
import { discover, type Spoken, type Unspoken } from './discover.ts'
import { runChecks, type Result } from './run-checks.ts'
import { printable, printableJson, type Terminal } from './terminal.ts'

interface Asked {
  url: string
  transports: ReadonlySet<string>
  headers: Record<string, string>
  call?: { name: string; arguments: object }
}

interface Report extends Spoken {
  checks: Result[]
}

const OUTCOMES = ['passed', 'failed', 'warning', 'not applicable'] as const

/** @returns the exit code */
export async function checkServer(
  { url, transports, headers, call }: Asked,
  { verbose, json }: { verbose: boolean; json: boolean },
  { out, signal }: Terminal,
): Promise<number> {
  const print = (line: string): void => (json ? undefined : out(printable(line)))
  const { origin, pathname } = new URL(url)
  const at = (path: string): string => (pathname === '/' ? `${origin}${path}` : url)
  const places = { sse: at('/sse'), mcp: at('/mcp') }

  const { spoken, unspoken } = await discover({ ...places, headers }, transports, signal)
  if (signal.aborted) return 130 // Ctrl-C, as a shell has it
  if (spoken.length === 0) {
    if (json) out(printableJson({ url, spoken: [], unspoken, checks: 0, ok: false }))
    tellNothing(unspoken, print)
    return 1
  }
  const [{ server }] = spoken.toReversed() as [Spoken]
  print(`${url}  ${server.name} ${server.version}`)
  for (const { transport, version, url: where } of spoken) print(`  speaks ${version}, ${transport}, at ${where}`)

  const reports: Report[] = []
  for (const each of spoken) {
    const { version, capabilities } = each
    const target = { ...places, headers, version, capabilities, anyStatus: true as const, ...(call && { call }) }
    const checks = await runChecks(each, target, signal)
    if (signal.aborted) return 130
    reports.push({ ...each, checks })
    tell({ ...each, checks }, verbose, print)
  }

  const all = reports.flatMap(({ checks }) => checks)
  const counts = countOf(all)
  const ok = counts.failed === 0
  if (json) out(printableJson({ url, ok, counts, spoken: reports, unspoken }))
  print('')
  if (!ok || counts.warning > 0) print('> sent   < response   ~ event on a stream   ! what is wanted')
  print(`${all.length} checks: ${sentenceOf(counts)}.`)
  return ok ? 0 : 1
}

const countOf = (checks: readonly Result[]): Record<Result['outcome'], number> =>
  Object.fromEntries(OUTCOMES.map((name) => [name, checks.filter(({ outcome }) => outcome === name).length])) as Record<
    Result['outcome'],
    number
  >

const sentenceOf = (counts: Record<Result['outcome'], number>): string =>
  OUTCOMES.filter((name) => counts[name] > 0 || name === 'passed' || name === 'failed')
    .map((name) => `${counts[name]} ${name}`)
    .join(', ')

const MARKS = { passed: '✓', failed: '✗', warning: '⚠', 'not applicable': '–' } as const

function tell({ transport, version, checks }: Report, verbose: boolean, print: (line: string) => void): void {
  print('')
  print(`${version}, ${transport}: ${sentenceOf(countOf(checks))}`)
  for (const { name, outcome, level, rule, section, reason = '', wire } of checks) {
    const isBad = outcome === 'failed' || outcome === 'warning'
    print(`  ${MARKS[outcome]} ${name}${outcome === 'not applicable' ? `: ${reason}` : ''}`)
    if (isBad) {
      print(`      ${level}: ${rule}`)
      print(`      ${section}`)
    }
    for (const line of isBad ? reason.split('\n') : verbose ? wire : []) print(`      ${line}`)
  }
}

/** What was tried, where nothing is spoken, and what to do. */
function tellNothing(unspoken: readonly Unspoken[], print: (line: string) => void): void {
  print('It speaks no revision of MCP over HTTP that is known here. What was tried:')
  for (const { transport, version, lines } of unspoken) {
    print('')
    print(`${version}, ${transport}`)
    for (const line of lines) print(`  ${line}`)
  }
  const said = unspoken.flatMap(({ lines }) => lines).filter((line) => line.startsWith('< '))
  const has = (status: string): boolean => said.some((line) => line.startsWith(`< ${status}`))
  print('')
  if (said.every((line) => line.startsWith('< (')))
    print('Nobody answers there. Is the server started, and is this its address?')
  else if (has('401')) print(`It wants to know who asks: --header 'Authorization: Bearer …'.`)
  else if (has('403'))
    print('It refuses us: the Host in the URL may not be one of its names, or the token not be enough.')
  else print('Is it another path? Give the whole URL of its endpoint: http://127.0.0.1:3000/mcp, say.')
}
