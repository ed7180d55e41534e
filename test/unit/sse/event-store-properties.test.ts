// Replay after any cut, within any bounds.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEventStore, type MemoryEventLog } from '../../../src/sse/index.ts'

fc.configureGlobal({ includeErrorInReport: true })

const replayStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      log: fc.nat(3),
      length: fc.oneof(fc.nat(8), fc.constant(40)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1_500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), log: fc.nat(3) }) },
)

test('5. replay after any cut is what was not yet seen, in order and once, or undefined where some is forgotten', () => {
  const bounds = fc.record({
    maxEvents: fc.integer({ min: 1, max: 8 }),
    maxLength: fc.integer({ min: 1, max: 40 }),
    maxTotalLength: fc.integer({ min: 1, max: 100 }),
    maxAgeMs: fc.integer({ min: 1, max: 2_000 }),
  })
  const wide = { maxEvents: 1_000, maxLength: 1e6, maxTotalLength: 1e6, maxAgeMs: 1e9 }
  fc.assert(
    fc.property(fc.oneof(bounds, fc.constant(wide)), fc.array(replayStep, { maxLength: 50 }), (limits, steps) => {
      let now = 0
      const store = createEventStore(limits, () => now)
      const names = ['1', '2', 'get', 'a.b']
      const logs = names.map((name) => ({
        log: store.open(name) as MemoryEventLog,
        ids: [`${name}.0`],
        texts: [] as string[],
        /** How many of the texts are certainly forgotten. */
        gone: 0,
        lastUsedAt: 0,
        dropped: 0,
      }))
      for (const [n, each] of steps.entries()) {
        if (each.kind === 'pass') now += each.ms
        else if (each.kind === 'drop') {
          const one = logs[each.log]!
          one.log.drop()
          one.dropped = one.texts.length
        } else {
          const one = logs[each.log]!
          const data = `${n}`.padEnd(each.length, '.')
          one.ids.push(one.log.append({ data }).id)
          one.texts.push(data)
          one.lastUsedAt = now
        }
        let total = 0
        for (const one of logs) {
          const found = one.ids.map((given) => one.log.missedSince(given)?.map(({ data }) => data))
          const first = found.findIndex((texts) => texts !== undefined)
          found.forEach((texts, seen) =>
            assert.deepEqual(
              texts,
              seen < first ? undefined : one.texts.slice(seen),
              'all that was not seen, or undefined',
            ),
          )
          assert.ok(first >= one.gone && first >= one.dropped, 'what is forgotten is not remembered again')
          one.gone = first
          const kept = one.texts.slice(first)
          const length = kept.join('').length
          total += length
          assert.ok(kept.length <= limits.maxEvents)
          assert.ok(length <= limits.maxLength || kept.length === 1, 'the last one stays, however long')
          if (now - one.lastUsedAt > limits.maxAgeMs) assert.equal(kept.length, 0)
          if (limits === wide) assert.equal(first, one.dropped, 'nothing is forgotten without need')
          assert.equal(new Set(one.ids).size, one.ids.length)
          for (const other of logs)
            if (other !== one) for (const given of other.ids) assert.equal(one.log.missedSince(given), undefined)
          for (const given of [
            '',
            '.',
            'x.1',
            `${one.ids[0]}1`,
            one.ids.at(-1)!.replace(/\d+$/, String(one.texts.length + 1)),
          ])
            assert.equal(one.log.missedSince(given), undefined, given)
        }
        assert.ok(total <= limits.maxTotalLength)
      }
    }),
    { numRuns: 400 },
  )
})
