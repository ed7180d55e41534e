// What Prometheus is shown, to the letter.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counter, gauge, Histogram } from '../../../src/metrics/prometheus.ts'

test('a gauge is its help, its type and its value', () => {
  assert.equal(gauge('g', 'What it is.', 3), '# HELP g What it is.\n# TYPE g gauge\ng 3\n')
})

test('a counter has a line for each set of labels, and leaves out what is undefined', () => {
  const counter = new Counter('c_total', 'Things.')
  counter.add({ kind: 'a', error: undefined })
  counter.add({ kind: 'a', error: undefined })
  counter.add({ kind: 'b', error: 'x' })
  counter.add({})
  assert.equal(
    String(counter),
    '# HELP c_total Things.\n# TYPE c_total counter\nc_total{kind="a"} 2\nc_total{kind="b",error="x"} 1\nc_total 1\n',
  )
})

test('quotes, backslashes and line feeds in the value of a label are escaped, and so forge no line', () => {
  const counter = new Counter('c_total', 'Things.')
  counter.add({ name: 'a"} 1\nforged{x="\\' })
  assert.equal(String(counter).split('\n')[2], 'c_total{name="a\\"} 1\\nforged{x=\\"\\\\"} 1')
  assert.equal(String(counter).split('\n').length, 4)
})

test('a histogram counts in each bucket those of the smaller ones too', () => {
  const histogram = new Histogram('d_seconds', 'Durations.')
  for (const seconds of [0.01, 0.015, 4, 1000]) histogram.observe({ method: 'ping' }, seconds)
  const lines = String(histogram).split('\n')
  assert.deepEqual(lines.slice(0, 2), ['# HELP d_seconds Durations.', '# TYPE d_seconds histogram'])
  const counts = lines.flatMap((line) => {
    const [, bound, count] = /^d_seconds_bucket\{method="ping",le="(.+)"\} (\d+)$/.exec(line) ?? []
    return bound === undefined ? [] : [`${bound}: ${count}`]
  })
  const small = '0.01: 1, 0.02: 2, 0.05: 2, 0.1: 2, 0.2: 2, 0.5: 2, 1: 2, 2: 2'
  assert.equal(counts.join(', '), `${small}, 5: 3, 10: 3, 30: 3, 60: 3, 120: 3, 300: 3, +Inf: 4`)
  assert.deepEqual(lines.slice(-3), ['d_seconds_sum{method="ping"} 1004.025', 'd_seconds_count{method="ping"} 4', ''])
})

test('beyond 1,000 series of a metric, all that come are one, marked as overflow', () => {
  const counter = new Counter('c_total', 'Things.')
  for (let i = 0; i < 3_000; i++) counter.add({ i: String(i) })
  counter.add({ i: '5' })
  const lines = String(counter).trim().split('\n')
  assert.equal(lines.length, 2 + 1_000 + 1)
  assert.ok(lines.includes('c_total{i="5"} 2'), 'those that are there go on counting')
  assert.equal(lines.at(-1), 'c_total{otel_metric_overflow="true"} 2000')
})
