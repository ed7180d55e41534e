// Loaded into a server before itself, only where a question has to look inside it: memory after a forced collection,
// full collections that nobody forced, and for how long the event loop stood still.
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const delay = monitorEventLoopDelay({ resolution: 1 })

let fullCollections = 0
const note = (entries) => {
  for (const { detail } of entries) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) fullCollections++
}
const observer = new PerformanceObserver((list) => note(list.getEntries()))

const ANSWERS = {
  memory() {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    collect()
    collect()
    return process.memoryUsage()
  },
  watch() {
    delay.reset()
    delay.enable()
    return {}
  },
  countCollections() {
    observer.observe({ type: 'gc' })
    return {}
  },
  collections() {
    note(observer.takeRecords())
    return { full: fullCollections, rss: process.memoryUsage.rss() }
  },
  stall() {
    delay.disable()
    return { ms: delay.max / 1e6 }
  },
}

process.on('message', (question) => process.send(ANSWERS[question]()))
process.channel.unref()
