// Two tools that ask their client. `call.ask` is the same for every revision: until 2025-11-25 the question is a request
// on the stream, from 2026-07-28 on it ends the call, and the client calls again with its answer.
import { defineTool, ToolError } from '../../dist/index.js'

const PATIENCE_MS = 5 * 60_000 // the answers come from people

const SIZES = ['small', 'medium', 'large']
const MAX_LUMPS = 5

const QUESTION = {
  method: 'elicitation/create',
  params: {
    message: 'How do you take your coffee?',
    requestedSchema: {
      type: 'object',
      properties: {
        size: { type: 'string', title: 'Size', enum: SIZES },
        sugar: { type: 'integer', title: 'Lumps of sugar', minimum: 0, maximum: MAX_LUMPS, default: 1 },
      },
      required: ['size'],
    },
  },
}

/** A client that cannot be asked may speak a version in which nobody can. Throws the error, with what to do about it. */
function sayWhichVersion(error) {
  if (!(error instanceof ToolError) || !/ in its capabilities/.test(error.message)) throw error
  throw new ToolError(`${error.message} Elicitation came with 2025-06-18: connect with that protocol version or later.`)
}

/** Asks the user: elicitation, in the form that every revision with elicitation has. */
export const orderCoffee = defineTool({
  name: 'order-coffee',
  description: 'Orders a coffee; asks its drinker for the size and the sugar',
  inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  timeoutMs: PATIENCE_MS,
  async run(_args, call) {
    const { coffee } = await call.ask({ coffee: QUESTION }).catch(sayWhichVersion)
    if (coffee.action !== 'accept') return 'No coffee, then.'
    // Nobody has checked the answer yet.
    const { size, sugar = 1 } = coffee.content ?? {}
    if (!SIZES.includes(size)) throw new ToolError(`size must be one of ${SIZES.join(', ')}.`)
    if (!Number.isInteger(sugar) || sugar < 0 || sugar > MAX_LUMPS)
      throw new ToolError(`sugar must be a whole number from 0 to ${MAX_LUMPS}.`)
    return `One ${size} coffee with ${sugar} lumps of sugar.`
  },
})

/** Asks the client's model: sampling. This server has no model and no key for one. */
export const summarise = defineTool({
  name: 'summarise',
  description: 'Summarises a text in one sentence, by the model of its caller',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', minLength: 1, maxLength: 10_000 } },
    required: ['text'],
    additionalProperties: false,
  },
  timeoutMs: PATIENCE_MS,
  async run({ text }, call) {
    const { summary } = await call.ask({
      summary: {
        method: 'sampling/createMessage',
        params: {
          messages: [{ role: 'user', content: { type: 'text', text: `Summarise in one sentence:\n\n${text}` } }],
          maxTokens: 200,
        },
      },
    })
    const said = [summary.content].flat().find((block) => block?.type === 'text')?.text // several since 2025-11-25
    if (typeof said !== 'string') throw new ToolError('The answer must have a text: { "type": "text", "text": "…" }.')
    return `${String(summary.model)}: ${said}`
  },
})
