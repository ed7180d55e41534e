/** A stream that can be pinged: that sends a comment, if it may. */
export interface Pingable {
  ping(): void
}

// The timers, by interval. All streams of one interval share one: ten thousand idle streams wake the process once, not
// ten thousand times.
const timers = new Map<number, { streams: Set<Pingable>; timer: NodeJS.Timeout }>()

/** Pings a stream at an interval in milliseconds, until the function that it returns is called. 0: never. */
export function keepAlive(stream: Pingable, intervalMs: number): () => void {
  if (intervalMs === 0) return () => {}
  let shared = timers.get(intervalMs)
  if (!shared) {
    const streams = new Set<Pingable>()
    const timer = setInterval(() => streams.forEach((each) => each.ping()), intervalMs)
    timer.unref()
    timers.set(intervalMs, (shared = { streams, timer }))
  }
  const { streams, timer } = shared
  streams.add(stream)
  return () => {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(timer)
    timers.delete(intervalMs)
  }
}
