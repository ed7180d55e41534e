import type { Session } from '../mcp/transports/session-store.ts'
import type { Bus } from './bus.ts'
import type { EventLogs } from './event-log.ts'
import type { Records } from './records.ts'

/** What a session needs of the node that keeps it. */
export interface NodeServices {
  /** The full name of this node. */
  node: string
  bus: Bus
  records: Records
  logs: EventLogs
}

/** Adds a session to the store of this node and its record to the engine, or neither. */
export async function addWithRecord<S extends Session>(
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
