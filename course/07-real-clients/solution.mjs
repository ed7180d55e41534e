// Lesson 7, the way it is.

export const answers = {
  A: { cause: 'sse-at-the-wrong-url', fix: 'point-at-sse' },
  B: { cause: 'http-at-the-wrong-url', fix: 'point-at-mcp' },
  C: { cause: 'path-forgotten', fix: 'point-at-sse' },
  D: { cause: 'session-elsewhere', fix: 'stay-on-one-server' },
  E: { cause: 'no-handshake', fix: 'initialize-first' },
  F: { cause: 'name-not-allowed', fix: 'allow-the-host' },
  G: { cause: 'nobody-listens', fix: 'name-the-other-machine' },
  H: { cause: 'no-stdio-server', fix: 'give-a-url' },
}
