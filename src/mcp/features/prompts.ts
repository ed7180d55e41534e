import { clip, INVALID_PARAMS, isRecord, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { Methods } from '../request/context.ts'
import { indexBy } from '../options.ts'
import { definePrompt, type Prompt, type PromptReturn } from './prompt.ts'
import type { GetPromptResult, PromptMessage } from '../protocol/types.ts'
import type { Pager } from './pagination.ts'
import { runOrFail } from '../request/call.ts'

/** Lists the prompts and fills them in. */
export function prompts(list: readonly Prompt[], page: Pager): Methods {
  for (const prompt of list) definePrompt(prompt) // not everybody does
  const byName = indexBy(list, ({ name }) => name, 'prompts are called')
  if (list.length === 0) return {}
  return {
    'prompts/list': ({ cursor }, { client }) => {
      const { items, ...next } = page('prompts', list, cursor)
      return { prompts: items.map((prompt) => client.revision.encodePrompt(prompt)), ...next }
    },
    'prompts/get': async ({ name, arguments: given = {} }, exchange) => {
      if (typeof name !== 'string') throw new RpcError(INVALID_PARAMS, 'params.name must be the name of a prompt.')
      const prompt = byName.get(name)
      if (!prompt) throw new RpcError(INVALID_PARAMS, `Unknown prompt: ${clip(name)}. prompts/list names all.`)
      const args = readArguments(prompt, given)
      const { revision } = exchange.client
      const { messages, ...result } = asResult(await runOrFail(exchange, (call) => prompt.get(args, call)))
      const known = messages.filter(({ content }) => revision.contentTypes.includes(content.type))
      return {
        ...result,
        messages: known.map(({ role, content }) => ({ role, content: revision.encodeContent(content) })),
      }
    },
  }
}

/** The values of the arguments that the prompt has; others do not reach it. */
function readArguments(prompt: Prompt, given: unknown): Record<string, string> {
  if (!isRecord(given)) throw new RpcError(INVALID_PARAMS, 'params.arguments must be an object.')
  const args = Object.create(null) as Record<string, string>
  for (const { name, required } of prompt.arguments ?? []) {
    const value = Object.hasOwn(given, name) ? (given as Params)[name] : undefined
    if (value === undefined && !required) continue
    if (typeof value !== 'string')
      throw new RpcError(INVALID_PARAMS, `The prompt ${prompt.name} needs the argument ${name}, a string.`)
    args[name] = value
  }
  return args
}

function asResult(returned: PromptReturn): GetPromptResult {
  if (typeof returned === 'string') return { messages: [fromUser(returned)] }
  return 'messages' in returned ? returned : { messages: returned }
}

const fromUser = (text: string): PromptMessage => ({ role: 'user', content: { type: 'text', text } })
