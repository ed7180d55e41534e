/** Whoever can say that it is still there. */
export interface Beating {
  beat(): void
}

// All streams of one interval share one timer: ten thousand idle streams wake the process once, not ten thousand times.
const rounds = new Map<number, { streams: Set<Beating>; timer: NodeJS.Timeout }>()

/** Lets it beat at an interval, until the function that comes back is called. */
export function keepAlive(stream: Beating, intervalMs: number): () => void {
  if (intervalMs === 0) return () => {}
  let round = rounds.get(intervalMs)
  if (!round) {
    const streams = new Set<Beating>()
    const timer = setInterval(() => streams.forEach((each) => each.beat()), intervalMs)
    timer.unref()
    rounds.set(intervalMs, (round = { streams, timer }))
  }
  const { streams, timer } = round
  streams.add(stream)
  return () => {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(timer)
    rounds.delete(intervalMs)
  }
}
