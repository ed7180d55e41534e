import type { Session } from '../mcp/transports/session-store.ts'
import type { Bus } from './bus.ts'
import type { EventLogs } from './event-log.ts'
import type { Records } from './records.ts'

/** What the sessions of a node share. */
export interface NodeParts {
  /** The full name of this node. */
  node: string
  bus: Bus
  records: Records
  logs: EventLogs
}

/** Adds a session here and to the engine, or nowhere. */
export async function addTo<S extends Session>(
  local: { add(session: S): boolean; close(session: S): void },
  session: S,
  addRecord: () => Promise<boolean>,
): Promise<boolean> {
  if (!local.add(session)) return false
  let isAdded = false
  try {
    isAdded = await addRecord()
  } finally {
    if (!isAdded) local.close(session)
  }
  return isAdded
}
