import { rev20241105 } from './2024-11-05.ts'
import { rev20250326 } from './2025-03-26.ts'
import { rev20250618 } from './2025-06-18.ts'
import { rev20251125 } from './2025-11-25.ts'
import { rev20260728 } from './2026-07-28.ts'
import type { Revision } from './revision.ts'

/** Newest first. To drop a revision, delete its line and its file. */
export const revisions: readonly Revision[] = [
  rev20260728, // without a handshake
  rev20251125,
  rev20250618,
  rev20250326,
  rev20241105, // with a transport of its own
]

const byVersion = (lifecycle: Revision['lifecycle']): ReadonlyMap<unknown, Revision> =>
  new Map(revisions.filter((revision) => revision.lifecycle === lifecycle).map((each) => [each.version, each]))

/** Those that `initialize` can agree on. */
export const handshakeRevisions = byVersion('handshake')

/** Those that a request names in its `_meta`. */
export const perRequestRevisions = byVersion('per-request')

const [newestHandshake, ...olderHandshakes] = handshakeRevisions.values()

/** The newest that has a handshake: what a session begins with. */
export const newest: Revision = newestHandshake!

/** What a client speaks that never says: those before there was a way to say it. */
export const oldest: Revision = olderHandshakes.at(-1) ?? newest

/** The answer to `initialize`: the client's version when we speak it, else our newest (lifecycle, "Version Negotiation"). */
export const negotiate = (requested: unknown): Revision => handshakeRevisions.get(requested) ?? newest

/** Whether a version is of the kind without a handshake: one of ours, or one that is yet to come. */
export function isPerRequestVersion(version: unknown): boolean {
  return typeof version === 'string' && first !== undefined && version >= first.version && DATE.test(version)
}

const [first] = [...perRequestRevisions.values()].toReversed()

const DATE = /^\d{4}-\d\d-\d\d$/

export type { Progress, Revision } from './revision.ts'
