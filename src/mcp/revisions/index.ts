import { rev20241105 } from './2024-11-05.ts'
import { rev20250326 } from './2025-03-26.ts'
import { rev20250618 } from './2025-06-18.ts'
import { rev20251125 } from './2025-11-25.ts'
import { rev20260728 } from './2026-07-28.ts'
import type { Revision } from './revision.ts'

/** Newest first. To drop a revision, delete its line and its file. */
export const revisions: readonly Revision[] = [
  rev20260728,
  rev20251125,
  rev20250618,
  rev20250326,
  rev20241105,
]

/** Those that `initialize` can agree on. */
export const handshakeRevisions = revisions.filter(({ lifecycle }) => lifecycle === 'handshake')

/** Those that a request names in its `_meta`. */
export const perRequestRevisions = revisions.filter(({ lifecycle }) => lifecycle === 'per-request')
export const perRequestVersions = perRequestRevisions.map(({ version }) => version)

/** The newest that has a handshake: what a session begins with. */
export const newest: Revision = handshakeRevisions[0]!

/** What a client speaks that never says: those before there was a way to say it. */
export const oldest: Revision = rev20241105

export const findRevision = (version: unknown, among = revisions): Revision | undefined =>
  among.find((revision) => revision.version === version)
export const findHandshake = (version: unknown) => findRevision(version, handshakeRevisions)
export const findPerRequest = (version: unknown) => findRevision(version, perRequestRevisions)
export const isPerRequestVersion = (version: unknown) => findPerRequest(version) !== undefined

/** The answer to `initialize`: the client's version when we speak it, else our newest (lifecycle, "Version Negotiation"). */
export const negotiate = (requested: unknown): Revision => findHandshake(requested) ?? newest

export type { Progress, Revision } from './revision.ts'
