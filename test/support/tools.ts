// Tools that several tests serve.
import { defineTool } from '../../src/index.ts'

export const echo = defineTool({
  name: 'echo',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  run: ({ text = '' }) => text,
})

/** Asks its user for a city, and needs an answer. */
export const asksForCity = defineTool({
  name: 'asks',
  inputSchema: { type: 'object', properties: {} },
  async run(_args, { ask }) {
    const { city } = await ask({
      city: {
        method: 'elicitation/create',
        params: { message: 'Which city?', requestedSchema: { type: 'object', properties: {} } },
      },
    })
    return `It rains in ${(city as { content: { name: string } }).content.name}.`
  },
})
