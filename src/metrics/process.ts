import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { gauge } from './prometheus.ts'

/** Milliseconds between two looks of the monitor, which are part of what it measures. */
const RESOLUTION_MS = 20

/** The state of this process, under the names of OpenTelemetry and of Prometheus's client libraries. */
export class ProcessState {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #utilization = performance.eventLoopUtilization()

  constructor() {
    this.#delay.enable()
  }

  close(): void {
    this.#delay.disable()
  }

  /** The state since the last time that somebody asked. */
  toString(): string {
    const seconds = (ns: number): number => Math.max(0, ns / 1e9 - RESOLUTION_MS / 1000) || 0
    const [p99, max] = [seconds(this.#delay.percentile(99)), seconds(this.#delay.max)]
    this.#delay.reset()
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization)
    this.#utilization = now
    return [
      gauge('nodejs_eventloop_utilization', 'Share of the time in which the event loop was at work.', utilization),
      gauge('nodejs_eventloop_delay_p99_seconds', 'Delay of the event loop, 99th percentile.', p99),
      gauge('nodejs_eventloop_delay_max_seconds', 'Delay of the event loop, the longest.', max),
      gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
      gauge(
        'process_start_time_seconds',
        'Start of the process, in seconds since 1970.',
        performance.timeOrigin / 1000,
      ),
    ].join('')
  }
}
