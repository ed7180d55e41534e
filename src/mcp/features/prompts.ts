import { after, clip, INVALID_PARAMS, isRecord, RpcError, type Params } from '../../jsonrpc/index.ts'
import { indexBy, isFunction, isText, must } from '../options.ts'
import type { GetPromptResult, PromptArgument, PromptInfo, PromptMessage } from '../protocol/types.ts'
import type { Complete, HandlerContext } from '../request/handler-context.ts'
import { runOrRpcError } from '../request/run-author.ts'
import type { Revision } from '../revisions/index.ts'
import type { Methods } from './methods.ts'
import type { Pager } from './pagination.ts'

// First the prompt that you write, then what a client calls.

/** An argument of a prompt, with a function that completes its value, if there is one. */
export interface PromptParameter extends PromptArgument {
  complete?: Complete
}

/** What the function of a prompt returns: the text of one user message, several messages, or a whole result. */
export type PromptReturn = string | readonly PromptMessage[] | GetPromptResult

/** A prompt, as `definePrompt` takes it. */
export interface PromptDefinition<A extends readonly PromptParameter[]> extends Omit<PromptInfo, 'arguments'> {
  arguments?: A
  get(args: PromptArguments<A>, context: HandlerContext): PromptReturn | Promise<PromptReturn>
}

/** The values of a prompt's arguments by name: those required are there, others may be. */
export type PromptArguments<A extends readonly PromptParameter[]> = {
  [P in A[number] as P extends { required: true } ? P['name'] : never]: string
} & { [P in A[number] as P extends { required: true } ? never : P['name']]?: string }

/** A prompt: what lists say of it, and the function that fills it in. */
export interface Prompt extends PromptInfo {
  arguments?: readonly PromptParameter[]
  get(args: Record<string, string>, context: HandlerContext): PromptReturn | Promise<PromptReturn>
}

/**
 * Makes a prompt whose values are typed by its own list of arguments. Throws TypeError for a definition that is not
 * complete, or has two arguments of the same name.
 */
export function definePrompt<const A extends readonly PromptParameter[]>(definition: PromptDefinition<A>): Prompt {
  must(isRecord(definition), 'definePrompt needs { name, get }.')
  const { name, arguments: list = [] } = definition as { name: string; arguments?: readonly PromptParameter[] }
  must(isText(name), 'A prompt needs a name, a text.')
  must(isFunction(definition.get), `Prompt ${name}: get must be a function, (args, context) => ….`)
  must(Array.isArray(list), `Prompt ${name}: arguments must be a list of { name }.`)
  for (const one of list) {
    must(isText(one?.name), `Prompt ${name}: each of its arguments needs a name, a text.`)
    must(!one.complete || isFunction(one.complete), `Prompt ${name}: complete must be a function.`)
  }
  indexBy(list, (one) => one.name, `arguments of the prompt ${name} are called`)
  return {
    ...(definition as unknown as Prompt),
    get: (args, context) => definition.get(args as PromptArguments<A>, context),
  }
}

/** Prompts (server/prompts): lists them, and fills them in. Throws TypeError for two of the same name. */
export function prompts(list: readonly Prompt[], page: Pager): Methods {
  for (const prompt of list) definePrompt(prompt) // checks those that were made without it
  const byName = indexBy(list, ({ name }) => name, 'prompts are called')
  if (list.length === 0) return {}
  return {
    'prompts/list': ({ cursor }, { client }) => {
      const { items, ...next } = page('prompts', list, cursor)
      return { prompts: items.map((prompt) => client.revision.encodePrompt(prompt)), ...next }
    },
    'prompts/get': ({ name, arguments: given = {} }, context) => {
      if (typeof name !== 'string') throw new RpcError(INVALID_PARAMS, 'params.name must be the name of a prompt.')
      const prompt = byName.get(name)
      if (!prompt) throw new RpcError(INVALID_PARAMS, `Unknown prompt: ${clip(name)}. prompts/list names all.`)
      const args = readArguments(prompt, given)
      const { revision } = context.client
      const returned = runOrRpcError(context, (author) => prompt.get(args, author))
      return after(returned, (value) => encodePromptResult(asResult(value), revision))
    },
  }
}

/** A result in the words of a revision: content of types that it does not know is left out. */
function encodePromptResult({ messages, ...result }: GetPromptResult, revision: Revision): object {
  const known = messages.filter(({ content }) => revision.contentTypes.includes(content.type))
  return {
    ...result,
    messages: known.map(({ role, content }) => ({ role, content: revision.encodeContent(content) })),
  }
}

/**
 * The values of the arguments that the prompt has; others are left out. Throws RpcError where a required one is
 * missing.
 */
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
