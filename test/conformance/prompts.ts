// Prompts: fixed, with values, with a resource, with a picture, and one that asks first.
import { definePrompt, type Prompt } from '../../src/index.ts'
import { form } from './asking.ts'
import { PIXEL } from './resources.ts'

export const prompts: Prompt[] = [
  definePrompt({
    name: 'test_simple_prompt',
    description: 'One message, always the same',
    get: () => 'This is a simple prompt for testing.',
  }),

  definePrompt({
    name: 'test_prompt_with_arguments',
    description: 'A message with two values in it',
    arguments: [
      {
        name: 'arg1',
        description: 'The first value; it can be completed',
        required: true,
        complete: (typed) => ['testing', 'tests', 'text'].filter((word) => word.startsWith(typed)),
      },
      { name: 'arg2', description: 'The second value', required: true },
    ],
    get: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  }),

  definePrompt({
    name: 'test_prompt_with_embedded_resource',
    description: 'A message that brings a resource along',
    arguments: [{ name: 'resourceUri', description: 'The URI of the resource', required: true }],
    get: ({ resourceUri }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
      },
      { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
    ],
  }),

  definePrompt({
    name: 'test_prompt_with_image',
    description: 'A message that brings a picture along',
    get: () => [
      { role: 'user', content: { type: 'image', data: PIXEL, mimeType: 'image/png' } },
      { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
    ],
  }),

  definePrompt({
    name: 'test_input_required_result_prompt',
    description: 'Asks the user before it has a message',
    async get(_args, { ask }) {
      const question = form('What is it about?', { context: { type: 'string' } })
      const { user_context: answer } = await ask({ user_context: question })
      return `Consider what the user said: ${JSON.stringify(answer)}`
    },
  }),
]
