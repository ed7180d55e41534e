import type { Log } from '../mcp/index.ts'
import type { Connection } from './connection.ts'
import { readRecord, type SessionRecord } from './record.ts'
import { CLOSE, COUNT, FIND, SWAP, WRITE } from './scripts.ts'

/** The records of sessions in the engine. What waits for it rejects with HttpError 503 where it is not there. */
export type Records = ReturnType<typeof createRecords>

export function createRecords({ run, tryRun }: Connection, prefix: string, most: number, log: Log) {
  const countKey = `{${prefix}}:sessions`
  const keyOf = (id: string) => `${prefix}:{${id}}`

  /**
   * Writes fields of a record. Where there is none, `whole` is written, unless another node was first: its `whole` may
   * be older, and so the fields go into that. False: it was closed.
   */
  async function write(id: string, fields: string[], leaseMs: number, whole?: string[]): Promise<boolean> {
    const writeIf = (state: string, texts: string[]) => run(WRITE, keyOf(id), leaseMs, state, ...texts)
    if (!whole) return (await writeIf('any', fields)) === 1
    const done = (await writeIf('known', fields)) || (await writeIf('none', whole))
    return done === 0 ? write(id, fields, leaseMs, whole) : done === 1
  }

  return {
    write,
    /** The record of a session, which lives `leaseMs` from now on; 0: no longer than it would. */
    async find(id: string, leaseMs: number): Promise<SessionRecord | undefined> {
      const flat = await run(FIND, keyOf(id), leaseMs)
      const record = readRecord(flat)
      if (!record && Array.isArray(flat) && flat.length > 0) log({ level: 'warn', reason: 'foreign-record' })
      return record
    },
    /** Adds a session. False: there are as many as may be, of all nodes. */
    add: async (id: string, fields: string[], leaseMs: number): Promise<boolean> =>
      (await run(COUNT, countKey, id, leaseMs, most)) === 1 && write(id, fields, leaseMs),
    /** Has a record live `leaseMs` from now on. Where there is none, as in an engine that came back empty, it is written. */
    refresh(id: string, whole: string[], leaseMs: number): Promise<boolean> {
      void tryRun(COUNT, countKey, id, leaseMs, Number.MAX_SAFE_INTEGER)
      return write(id, [], leaseMs, whole)
    },
    /** Sets a field, without waiting, and calls `next` with another value that it had. */
    swap: (id: string, field: string, value: string, next: (before: string) => void): void =>
      void tryRun(SWAP, keyOf(id), field, value).then((before) => {
        if (typeof before === 'string' && before !== '' && before !== value) next(before)
      }),
    /** Closes a record. For `tombstoneMs` nobody can write it again. */
    async close(id: string, tombstoneMs: number): Promise<void> {
      void tryRun(COUNT, countKey, id, 0, 0)
      await run(CLOSE, keyOf(id), tombstoneMs)
    },
  }
}
