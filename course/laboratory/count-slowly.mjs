// A tool that takes its time and says how far it is: one call, several messages on the stream. It needs no network.
import { setTimeout as wait } from 'node:timers/promises'
import { defineTool } from '../../dist/index.js'

export const countSlowly = defineTool({
  name: 'count-slowly',
  description: 'Counts slowly, and reports progress at every step',
  annotations: { readOnlyHint: true, openWorldHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      steps: { type: 'integer', title: 'Count to', minimum: 1, maximum: 20, default: 5 },
      pauseMs: { type: 'integer', title: 'Milliseconds before each step', minimum: 10, maximum: 2000, default: 400 },
    },
    additionalProperties: false,
  },
  async run({ steps, pauseMs }, call) {
    for (let step = 1; step <= steps; step++) {
      await wait(pauseMs, undefined, { signal: call.signal }) // rejects when the client cancels, or is gone
      call.progress(step, steps, `step ${step} of ${steps}`)
    }
    return `Counted to ${steps}.`
  },
})
