/** Bounds on what strangers can make the server hold. Each is an option of the same name. */
export interface Limits {
  /** Bytes of one POST's body: arguments are small. */
  maxBodyBytes: number
  /** Sessions open at once. One costs about 10 kB. */
  maxSessions: number
  /** Requests of one session without an answer yet. */
  maxInFlight: number
  /** Bytes that wait for a reader who does not take them. */
  maxUnreadBytes: number
  /** Subscriptions (`subscriptions/listen`) open at once. */
  maxListens: number
  /** Milliseconds without an open stream or a request, after which a session is closed: many clients never say goodbye. */
  sessionIdleMs: number
  /** The same where nothing followed the handshake: cheap to abandon. */
  handshakeIdleMs: number
  /** Milliseconds between keep-alive comments on a stream: proxies close silent ones after 30 to 60 s. */
  keepAliveMs: number
}

export const DEFAULT_LIMITS: Limits = {
  maxBodyBytes: 4 * 2 ** 20,
  maxSessions: 1_000,
  maxInFlight: 64,
  maxUnreadBytes: 2 ** 20,
  maxListens: 1_000,
  sessionIdleMs: 30 * 60_000,
  handshakeIdleMs: 30_000,
  keepAliveMs: 15_000,
}
