import { rev20241105 } from './2024-11-05.ts'
import { rev20250326 } from './2025-03-26.ts'
import { rev20250618 } from './2025-06-18.ts'
import { rev20251125 } from './2025-11-25.ts'
import type { Revision } from './revision.ts'

/** Newest first. To drop a revision, delete its line and its file. */
export const revisions: readonly Revision[] = [rev20251125, rev20250618, rev20250326, rev20241105]

export const newest: Revision = rev20251125

/** What a client speaks that never says: those before there was a way to say it. */
export const oldest: Revision = rev20241105

export const findRevision = (version: unknown): Revision | undefined =>
  revisions.find((revision) => revision.version === version)

/** The answer to `initialize`: the client's version when we speak it, else our newest (lifecycle, "Version Negotiation"). */
export const negotiate = (requested: unknown): Revision => findRevision(requested) ?? newest

export type { Progress, Revision } from './revision.ts'
