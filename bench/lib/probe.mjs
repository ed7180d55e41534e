// Loaded into a server before itself, only where a question has to look inside it: memory after a forced collection,
// and for how long the event loop stood still.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const delay = monitorEventLoopDelay({ resolution: 1 })

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
  stall() {
    delay.disable()
    return { ms: delay.max / 1e6 }
  },
}

process.on('message', (question) => process.send(ANSWERS[question]()))
process.channel.unref()
