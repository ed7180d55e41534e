// What holds of tools, resources, prompts, completion and logging on every transport, where they are declared.
import { openClient, type Protocol } from '../client.ts'
import type { Check, Conversation, Target } from '../stages.ts'
import { wantError } from './messages.ts'

export function featureChecks({ transport }: Protocol): Check[] {
  const open = openClient[transport]
  const isStateless = transport === 'stateless HTTP'

  /** A check that one request gets one error. */
  const refuses = (method: string, params: object, code: number): Check['run'] =>
    async function run(talk: Conversation, target: Target) {
      wantError(talk, (await (await open(talk, target)).call(method, params)).answer, code)
    }

  return [
    {
      en: 'each tool has a name of its own, and a schema of type object',
      zh: '每个工具有自己的名字，schema 的类型是 object',
      must: 'Each tool is uniquely identified by a name and includes metadata describing its schema: a valid JSON Schema object (not null).',
      section: 'server/tools#data-types',
      needs: 'tools',
      async run(talk, target) {
        const { answer } = await (await open(talk, target)).call('tools/list')
        const tools = (answer.result?.tools ?? []) as { name?: unknown; inputSchema?: { type?: unknown } }[]
        talk.want(Array.isArray(answer.result?.tools), '"result":{"tools":[…]}')
        for (const { name, inputSchema } of tools) {
          talk.want(typeof name === 'string' && name !== '', '"name":"…"')
          talk.want(inputSchema?.type === 'object', `"inputSchema":{"type":"object",…} of ${String(name)}`)
        }
        talk.want(new Set(tools.map(({ name }) => name)).size === tools.length, 'each name once')
      },
    },
    {
      en: 'a tool that nobody has is an error, whatever JavaScript calls it',
      zh: '谁都没有的工具得到错误，哪怕在 JavaScript 里它是个现成的名字',
      must: 'Protocol errors: standard JSON-RPC errors for issues like unknown tools.',
      section: 'server/tools#error-handling',
      needs: 'tools',
      async run(talk, target) {
        const client = await open(talk, target)
        for (const name of ['no-such-tool', 'toString', '__proto__', 'constructor']) {
          const { error, result } = (await client.call('tools/call', { name, arguments: {} })).answer
          talk.want(error !== undefined || result?.isError === true, `"error":{"code":-32602,…} for ${name}`)
        }
      },
    },
    {
      en: 'the error for a tool that nobody has is -32602',
      zh: '谁都没有的工具，错误码是 -32602',
      should: 'Example protocol error: "code": -32602, "message": "Unknown tool: invalid_tool_name".',
      section: 'server/tools#error-handling',
      needs: 'tools',
      run: refuses('tools/call', { name: 'no-such-tool', arguments: {} }, -32602),
    },
    {
      en: 'a cursor that it never gave is -32602',
      zh: '它从没给过的 cursor 得到 -32602',
      should: 'Invalid cursors SHOULD result in an error with code -32602 (Invalid params).',
      section: 'server/utilities/pagination#error-handling',
      needs: 'tools',
      run: refuses('tools/list', { cursor: 'never-given' }, -32602),
    },
    {
      en: 'a resource that it does not have is an error',
      zh: '它没有的资源得到错误',
      ...(isStateless
        ? { must: 'Servers MUST return -32602 (Invalid params) for a resource that does not exist.' }
        : { should: 'Servers SHOULD return standard JSON-RPC errors: resource not found, -32002.' }),
      section: 'server/resources#error-handling',
      needs: 'resources',
      run: refuses('resources/read', { uri: 'test://never/given' }, isStateless ? -32602 : -32002),
    },
    {
      en: 'a prompt that it does not have is -32602',
      zh: '它没有的 prompt 得到 -32602',
      should: 'Servers SHOULD return standard JSON-RPC errors: invalid prompt name, -32602.',
      section: 'server/prompts#error-handling',
      needs: 'prompts',
      run: refuses('prompts/get', { name: 'no-such-prompt' }, -32602),
    },
    {
      en: 'a completion for a prompt that it does not have is -32602',
      zh: '为它没有的 prompt 补全，得到 -32602',
      should: 'Servers SHOULD return standard JSON-RPC errors: invalid prompt name, -32602.',
      section: 'server/utilities/completion#error-handling',
      needs: 'completions',
      run: refuses(
        'completion/complete',
        { ref: { type: 'ref/prompt', name: 'no-such-prompt' }, argument: { name: 'a', value: '' } },
        -32602,
      ),
    },
    ...(isStateless ? [] : [logLevel(refuses('logging/setLevel', { level: 'loudest' }, -32602))]),
  ]
}

const logLevel = (run: Check['run']): Check => ({
  en: 'a log level that there is not is -32602',
  zh: '不存在的日志级别得到 -32602',
  should: 'Servers SHOULD return standard JSON-RPC errors: invalid log level, -32602.',
  section: 'server/utilities/logging#error-handling',
  needs: 'logging',
  run,
})
