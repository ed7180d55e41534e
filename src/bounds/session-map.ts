import type { HttpLimits } from './limits.ts'

/** The id of a session, and how it was used: by these a full map decides who leaves. */
export interface SessionUse {
  readonly id: string
  /** The time of the last use, in milliseconds of the monotonic clock. The map sets it. */
  lastUsedAt: number
  /** The number of uses. After one, the handshake, nothing has come yet. The map sets it. */
  uses: number
}

/** What a map has to know of its sessions, and how it closes one. */
export interface SessionRules<S> {
  /** Whether a session is in use, however long nothing has come. */
  isInUse(session: S): boolean
  /** The owner in whose share it is counted; undefined: in nobody's. */
  ownerOf(session: S): string | undefined
  /** Closes a session that has to leave. */
  close(session: S): void
}

/** The sessions of one transport by id, bounded: a full map makes room by a rule of fairness, or refuses. */
export function createSessionMap<S extends SessionUse>(
  limits: Pick<HttpLimits, 'maxSessions' | 'sessionIdleMs' | 'handshakeIdleMs'>,
  { isInUse, ownerOf, close }: SessionRules<S>,
  now: () => number,
) {
  const sessions = new Map<string, S>() // the one unused for longest first
  let latest: S | undefined // the last in that order: touched again, it need not be moved
  let sweeping: NodeJS.Timeout | undefined

  /** Closes the sessions that were idle for too long. */
  function sweep(): void {
    for (const session of sessions.values()) {
      const patience = session.uses > 1 ? limits.sessionIdleMs : limits.handshakeIdleMs
      if (!isInUse(session) && now() - session.lastUsedAt > patience) close(session)
    }
    if (sessions.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  /**
   * A full map closes one idle session, the first there is of:
   * 1. one left after its handshake: nobody would miss it;
   * 2. the one unused for longest;
   * 3. a handshake of the last two seconds, whose client is about to go on.
   * Once handshakes fill a tenth of the map, those of 3 count as left: somebody opens sessions to crowd out others.
   */
  function makeRoom(): boolean {
    const idle = [...sessions.values()].filter((session) => !isInUse(session)) // the one unused for longest first
    const handshakes = idle.filter(({ uses }) => uses === 1)
    const isFlood = handshakes.length > limits.maxSessions / 10
    const isLeft = (session: S) => isFlood || now() - session.lastUsedAt > HANDSHAKE_GRACE_MS
    const victim = handshakes.find(isLeft) ?? idle.find(({ uses }) => uses > 1) ?? idle[0]
    if (victim) close(victim)
    return victim !== undefined
  }

  /**
   * Makes room for a session in the share of its owner, half of the map: an owner at its share closes its own session
   * that was idle for longest. False: all of them are in use.
   */
  function makeRoomInShare(session: S): boolean {
    const owner = ownerOf(session)
    if (owner === undefined || sessions.size < limits.maxSessions / 2) return true
    const own = [...sessions.values()].filter((one) => ownerOf(one) === owner)
    if (own.length < limits.maxSessions / 2) return true
    const idle = own.find((one) => !isInUse(one)) // the one unused for longest first
    if (idle) close(idle)
    return idle !== undefined
  }

  return {
    byId: sessions as ReadonlyMap<string, S>,
    /** Adds a session. False: the map, or the share of its owner, is full of sessions in use. */
    add(session: S): boolean {
      if (!makeRoomInShare(session) || (sessions.size >= limits.maxSessions && !makeRoom())) return false
      sessions.set(session.id, session)
      latest = session
      session.lastUsedAt = now()
      session.uses = 1
      sweeping ??= setInterval(sweep, SWEEP_MS).unref()
      return true
    },
    /** Notes that a session is used. */
    touch(session: S): void {
      session.lastUsedAt = now()
      session.uses++
      if (session === latest) return
      sessions.delete(session.id) // and to the end of the order
      sessions.set(session.id, session)
      latest = session
    },
    /** Removes a session. False: it was not there. */
    remove: (session: S): boolean => sessions.delete(session.id),
  }
}

const SWEEP_MS = 10_000
const HANDSHAKE_GRACE_MS = 2_000
