import { rev20241105 } from './2024-11-05.ts'
import { rev20250326 } from './2025-03-26.ts'
import { rev20250618 } from './2025-06-18.ts'
import { rev20251125 } from './2025-11-25.ts'
import { rev20260728 } from './2026-07-28.ts'
import type { Revision } from './revision.ts'

/** All revisions that are served, the newest first. To drop one, delete its line and its file. */
export const revisions: readonly Revision[] = [
  rev20260728, // without a handshake
  rev20251125,
  rev20250618,
  rev20250326,
  rev20241105, // with a transport of its own
]

const byVersion = (lifecycle: Revision['lifecycle']): ReadonlyMap<unknown, Revision> =>
  new Map(revisions.filter((revision) => revision.lifecycle === lifecycle).map((each) => [each.version, each]))

/** The revisions that begin with a handshake, by version. */
export const handshakeRevisions = byVersion('handshake')

/** The revisions that each request names in its `_meta`, by version. */
export const perRequestRevisions = byVersion('per-request')

const [firstHandshake, ...olderHandshakes] = handshakeRevisions.values()

/** The newest revision with a handshake: that of a session until it is negotiated. */
export const newestHandshake: Revision = firstHandshake!

/** The oldest revision: that of a client of HTTP+SSE that has not named one. */
export const oldestHandshake: Revision = olderHandshakes.at(-1) ?? newestHandshake

/**
 * The revision for an `initialize`: the requested one if it is served, else the newest (lifecycle, "Version
 * Negotiation").
 */
export const negotiate = (requested: unknown): Revision => handshakeRevisions.get(requested) ?? newestHandshake

const [oldestPerRequest] = [...perRequestRevisions.values()].toReversed()
const DATE = /^\d{4}-\d\d-\d\d$/

/** Whether a version has no handshake: one that is served, or a later one. */
export const isPerRequestVersion = (version: unknown): boolean =>
  typeof version === 'string' && !!oldestPerRequest && version >= oldestPerRequest.version && DATE.test(version)

export type { Revision } from './revision.ts'
