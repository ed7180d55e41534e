// The checks of a revision that a server speaks: those of the course's stages that rest on a sentence of the
// specification, and those of src/cli/checks.
import { featureChecks } from './checks/features.ts'
import { messageChecks } from './checks/messages.ts'
import { requestChecks } from './checks/requests.ts'
import { sessionChecks } from './checks/sessions.ts'
import { statelessChecks } from './checks/stateless.ts'
import type { Protocol, TransportName } from './client.ts'
import type { Spoken } from './discover.ts'
import { runCheck, stages, type Check, type Target } from './stages.ts'

/** What came of a check. A `should` that does not hold is a warning. */
export interface Result {
  name: string
  outcome: 'passed' | 'failed' | 'warning' | 'not applicable'
  level: 'MUST' | 'SHOULD'
  /** The sentence of the specification, and where it stands. */
  rule: string
  section: string
  /** Why it does not apply, or what went over the wire, and what is wanted. */
  reason?: string
  /** All that went over the wire. */
  wire: readonly string[]
}

const STAGES: Record<TransportName, readonly number[]> = {
  'HTTP+SSE': [5, 6, 7],
  'Streamable HTTP': [9],
  'stateless HTTP': [10],
}

const AT_ONCE = 4 // no server is asked for more at a time

/** Runs them all. Once the signal is aborted, no further one begins, and those under way end. */
export async function runChecks(spoken: Spoken, target: Target, signal: AbortSignal): Promise<Result[]> {
  const checks = checksOf(spoken)
  const results: Result[] = []
  const queue = [...checks.entries()]
  const runInTurn = async (): Promise<void> => {
    for (let next = queue.shift(); next && !signal.aborted; next = queue.shift())
      results[next[0]] = await resultOf(next[1], spoken, target, signal)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, runInTurn))
  return results
}

/** Which checks there are for a revision. */
export function checksOf(protocol: Protocol): Check[] {
  const taught = stages
    .filter(({ number }) => STAGES[protocol.transport].includes(number))
    .flatMap(({ checks, rule, needs }) => checks.map((check) => ({ section: rule, ...(needs && { needs }), ...check })))
    .filter(({ must, should }) => must !== undefined || should !== undefined)
  return [
    ...taught,
    ...messageChecks(protocol),
    ...requestChecks(protocol),
    ...featureChecks(protocol),
    ...(protocol.transport === 'Streamable HTTP' ? sessionChecks(protocol) : []),
    ...(protocol.transport === 'stateless HTTP' ? statelessChecks(protocol) : []),
  ]
}

async function resultOf(check: Check, spoken: Spoken, target: Target, signal: AbortSignal): Promise<Result> {
  const { en: name, must, should = '', needs } = check
  const level = must === undefined ? 'SHOULD' : 'MUST'
  const known = { name, level, rule: must ?? should, section: sectionOf(check, spoken) } as const
  if (needs !== undefined && !(needs in spoken.capabilities))
    return { ...known, outcome: 'not applicable', reason: `it does not declare ${needs}`, wire: [] }
  const { outcome, reason, lines } = await runCheck(check, target, signal)
  const named = {
    passed: 'passed',
    skipped: 'not applicable',
    failed: level === 'MUST' ? 'failed' : 'warning',
  } as const
  return { ...known, outcome: named[outcome], ...(reason !== undefined && { reason }), wire: lines }
}

/** The address of a section, in the revision that is spoken. */
export function sectionOf({ section = '' }: Check, { transport, version }: Protocol): string {
  if (!section.startsWith('https:')) return `https://modelcontextprotocol.io/specification/${version}/${section}`
  // Those of the course name one revision; the three with sessions have the same sections.
  return transport === 'Streamable HTTP' ? section.replace(/\/\d{4}-\d\d-\d\d\//, `/${version}/`) : section
}
