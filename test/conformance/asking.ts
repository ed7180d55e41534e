// Tools that ask their client. One body serves both ways of asking: requests of the server's own (until 2025-11-25),
// and results that end the request with questions (from 2026-07-28 on), after which the body runs again.
import { defineTool, RpcError, type JsonSchema, type InputRequests, type Tool } from '../../src/index.ts'

type InputRequest = InputRequests[string]

/** Asks the user to fill in a form; all of it unless `required` names less. */
export const form = (
  message: string,
  properties: Record<string, JsonSchema>,
  required = Object.keys(properties),
): InputRequest => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties, required } },
})

/** Asks the client's model. */
const prompt = (text: string): InputRequest => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 100 },
})

const roots: InputRequest = { method: 'roots/list', params: {} }

const STRING = { type: 'string' } as const
const NAME = form('What is your name?', { name: STRING })
const CAPITAL = prompt('What is the capital of France?')

/** A field of the form as text. What comes back is not checked by anybody else. */
function field(answer: object | undefined, name: string): string {
  const { content } = (answer ?? {}) as { content?: Record<string, unknown> }
  const value = content?.[name]
  return typeof value === 'string' ? value : 'whoever you are'
}

/** A tool without arguments that asks once, all its questions at the same time. */
const asks = (name: string, description: string, questions: InputRequests): Tool =>
  defineTool({
    name,
    description,
    inputSchema: { type: 'object', additionalProperties: false },
    run: async (_args, { ask }) => `Answers: ${JSON.stringify(await ask(questions))}`,
  })

const sampling = defineTool({
  name: 'test_sampling',
  description: "Asks the client's model",
  inputSchema: { type: 'object', properties: { prompt: STRING }, required: ['prompt'] },
  async run(args, { ask }) {
    const { reply } = await ask({ reply: prompt(args.prompt) })
    return `LLM response: ${JSON.stringify(reply)}`
  },
})

const elicitation = defineTool({
  name: 'test_elicitation',
  description: 'Asks the user',
  inputSchema: { type: 'object', properties: { message: STRING }, required: ['message'] },
  async run({ message }, { ask }) {
    const { user } = await ask({ user: form(message, { username: STRING, email: STRING }) })
    return `User response: ${JSON.stringify(user)}`
  },
})

const defaults = asks('test_elicitation_sep1034_defaults', 'Asks with answers that are filled in already', {
  user: form(
    'Correct what is not right.',
    {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    [],
  ),
})

const OPTIONS = ['option1', 'option2', 'option3']
const TITLED = [
  { const: 'value1', title: 'First Option' },
  { const: 'value2', title: 'Second Option' },
  { const: 'value3', title: 'Third Option' },
]

const choices = asks('test_elicitation_sep1330_enums', 'Asks for choices, in all the ways there are', {
  user: form(
    'Choose.',
    {
      untitledSingle: { type: 'string', enum: OPTIONS },
      titledSingle: { type: 'string', oneOf: TITLED },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
      titledMulti: { type: 'array', items: { anyOf: TITLED } },
    },
    [],
  ),
})

const greeting = defineTool({
  name: 'test_input_required_result_elicitation',
  description: 'Asks for a name and greets',
  inputSchema: { type: 'object', additionalProperties: false },
  async run(_args, { ask }) {
    const { user_name: user } = await ask({ user_name: NAME })
    return `Hello, ${field(user, 'name')}!`
  },
})

const confirmation = defineTool({
  name: 'test_input_required_result_request_state',
  description: 'Asks for a confirmation',
  inputSchema: { type: 'object', additionalProperties: false },
  async run(_args, { ask }) {
    await ask({ confirm: form('Shall we go on?', { ok: { type: 'boolean' } }) })
    return 'Confirmed: state-ok' // a state that is not ours would not have got here
  },
})

const rounds = defineTool({
  name: 'test_input_required_result_multi_round',
  description: 'Asks, and asks again when it has the answer',
  inputSchema: { type: 'object', additionalProperties: false },
  async run(_args, { ask }) {
    const { step1 } = await ask({ step1: form('Step 1: What is your name?', { name: STRING }) })
    const name = field(step1, 'name')
    const { step2 } = await ask({ step2: form(`Step 2: Which colour, ${name}?`, { color: STRING }) })
    return `${name} likes ${field(step2, 'color')}.`
  },
})

const oneOrTheOther = defineTool({
  name: 'test_input_required_result_capabilities',
  description: 'Asks the user, or the model where the user cannot be asked',
  inputSchema: { type: 'object', additionalProperties: false },
  async run(_args, { ask }) {
    try {
      return JSON.stringify(await ask({ user_name: NAME }))
    } catch (error) {
      // Only what the client lacks is caught here: the end of this round is thrown as well.
      if (error instanceof RpcError) return JSON.stringify(await ask({ capital_question: CAPITAL }))
      throw error
    }
  },
})

export const asking: Tool[] = [
  sampling,
  elicitation,
  defaults,
  choices,
  greeting,
  confirmation,
  rounds,
  oneOrTheOther,
  asks('test_input_required_result_sampling', "Asks the client's model", { capital_question: CAPITAL }),
  asks('test_input_required_result_list_roots', 'Asks where the client works', { client_roots: roots }),
  asks('test_input_required_result_multiple_inputs', 'Asks three things at once', {
    user_name: NAME,
    greeting: prompt('Write a greeting.'),
    client_roots: roots,
  }),
  asks('test_input_required_result_tampered_state', 'Asks, and trusts no state but its own', {
    confirm: form('Shall we go on?', { ok: { type: 'boolean' } }),
  }),
  asks('test_missing_capability', "Cannot do without the client's model", { capital_question: CAPITAL }),
  asks('test_streaming_elicitation', 'Asks the user', { user_name: NAME }),
]
