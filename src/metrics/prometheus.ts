// The text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/

/** The labels of one series, in the order in which they are written. What is undefined is left out. */
export type Labels = Readonly<Record<string, string | undefined>>

/** The most series of one metric. Labels come from names that strangers choose, however well they are checked before. */
const MAX_SERIES = 1_000

/** The labels of all series beyond, as OpenTelemetry names them (Metrics SDK, "Overflow attribute"). */
const OVERFLOW: Labels = { otel_metric_overflow: 'true' }

/** The type and the meaning of a metric, before its series. */
const header = (name: string, type: string, help: string): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

/** Labels as a text, with a comma behind each. */
const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => (value === undefined ? '' : `${name}="${escape(value)}",`))
    .join('')

const escape = (value: string): string =>
  value.slice(0, 256).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const series = (name: string, labels: string, value: number): string =>
  `${name}${labels && `{${labels.slice(0, -1)}}`} ${value}\n`

/** The series of one metric by the text of their labels. There are never more than so many. */
class Series<T> extends Map<string, T> {
  /** The series with these labels, made if there is none yet. */
  of(labels: Labels, create: () => T): T {
    const text = textOf(labels)
    const key = this.has(text) || this.size < MAX_SERIES ? text : textOf(OVERFLOW)
    const known = this.get(key) ?? create()
    this.set(key, known)
    return known
  }
}

/** A number that is read when somebody asks. */
export const gauge = (name: string, help: string, value: number): string =>
  header(name, 'gauge', help) + series(name, '', value)

/** A number that only grows, for each set of labels. */
export class Counter {
  readonly #name: string
  readonly #help: string
  readonly #counts = new Series<{ count: number }>()

  constructor(name: string, help: string) {
    this.#name = name
    this.#help = help
  }

  add(labels: Labels): void {
    this.#counts.of(labels, () => ({ count: 0 })).count++
  }

  toString(): string {
    const lines = [...this.#counts].map(([labels, { count }]) => series(this.#name, labels, count))
    return header(this.#name, 'counter', this.#help) + lines.join('')
  }
}

/** Durations in seconds, for each set of labels: how many of them were at most how long. */
export class Histogram {
  readonly #name: string
  readonly #help: string
  readonly #durations = new Series<{ counts: number[]; sum: number }>()

  constructor(name: string, help: string) {
    this.#name = name
    this.#help = help
  }

  observe(labels: Labels, seconds: number): void {
    const durations = this.#durations.of(labels, () => ({ counts: BOUNDS.map(() => 0), sum: 0 }))
    durations.counts[BOUNDS.findIndex((bound) => seconds <= bound)]!++
    durations.sum += seconds
  }

  toString(): string {
    let text = header(this.#name, 'histogram', this.#help)
    for (const [labels, { counts, sum }] of this.#durations) {
      let count = 0 // a bucket counts those of the smaller ones too
      for (const [i, bound] of BOUNDS.entries()) {
        count += counts[i]!
        text += series(`${this.#name}_bucket`, `${labels}le="${bound === Infinity ? '+Inf' : bound}",`, count)
      }
      text += series(`${this.#name}_sum`, labels, sum) + series(`${this.#name}_count`, labels, count)
    }
    return text
  }
}

/** Seconds, as the conventions for MCP recommend them. */
const BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, Infinity]
