// Tools whose calls become tasks, as the suite's scenarios of the extension want them.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, RpcError, ToolError, type Tool } from '../../src/index.ts'
import { tasks } from '../../src/tasks/index.ts'
import { form } from './asking.ts'

const NO_ARGUMENTS = { type: 'object', additionalProperties: false } as const
const CONFIRM = { confirm: { type: 'boolean' } } as const

const greet = defineTool({
  name: 'greet',
  description: 'Greets, at once',
  inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  run: ({ name }) => `Hello, ${name}!`,
})

const slowCompute = defineTool({
  name: 'slow_compute',
  description: 'Takes some seconds',
  inputSchema: {
    type: 'object',
    properties: { seconds: { type: 'number' }, label: { type: 'string' } },
    required: ['seconds'],
  },
  timeoutMs: 120_000,
  async run({ seconds, label = '' }, { signal }) {
    await sleep(seconds * 1000, undefined, { signal })
    return `Computed ${label} in ${seconds} s.`
  },
})

const failingJob = defineTool({
  name: 'failing_job',
  description: 'Fails after a second',
  inputSchema: NO_ARGUMENTS,
  async run(_args, { signal }) {
    await sleep(1000, undefined, { signal })
    throw new ToolError('The job has failed.')
  },
})

const protocolErrorJob = defineTool({
  name: 'protocol_error_job',
  description: 'Ends with an error of the protocol',
  inputSchema: NO_ARGUMENTS,
  async run() {
    await sleep(100)
    throw new RpcError(-32603, 'The job has broken off.')
  },
})

const confirmDelete = defineTool({
  name: 'confirm_delete',
  description: 'Asks before it acts',
  inputSchema: { type: 'object', properties: { filename: { type: 'string' } }, required: ['filename'] },
  async run({ filename }, { ask }) {
    const { answer } = await ask({ answer: form(`Delete ${filename}?`, CONFIRM) })
    return `${filename}: ${JSON.stringify(answer)}`
  },
})

const multiInput = defineTool({
  name: 'multi_input',
  description: 'Asks two things at once',
  inputSchema: NO_ARGUMENTS,
  run: async (_args, { ask }) =>
    JSON.stringify(await ask({ one: form('One?', CONFIRM), other: form('The other?', CONFIRM) })),
})

const toolWithTask = defineTool({
  name: 'test_tool_with_task',
  description: 'Asks for a name, and takes its time when it has it',
  inputSchema: NO_ARGUMENTS,
  async run(_args, { ask }) {
    const { user_name: answer } = await ask({ user_name: form('What is your name?', { name: { type: 'string' } }) })
    await sleep(1000)
    return `Hello, ${JSON.stringify(answer)}`
  },
})

export const taskTools: Tool[] = [
  greet,
  slowCompute,
  failingJob,
  protocolErrorJob,
  confirmDelete,
  multiInput,
  toolWithTask,
]

export const tasksExtension = tasks({
  pollIntervalMs: 200,
  tools: {
    slow_compute: {},
    failing_job: { required: true },
    protocol_error_job: {},
    confirm_delete: {},
    multi_input: {},
    test_tool_with_task: { required: true, afterMs: 200 },
  },
})
