import { isRecord } from '../../jsonrpc/index.ts'
import { indexBy, isFunction, isText, must } from '../options.ts'
import type { Call } from './tool.ts'
import type { GetPromptResult, PromptArgument, PromptInfo, PromptMessage } from '../protocol/types.ts'

/** What else is known while a value is being typed. */
export interface CompletionContext {
  /** Values chosen before, by name. */
  readonly arguments: Readonly<Record<string, unknown>>
  readonly principal: Call['principal']
}

/** Suggests values that go on from what has been typed. */
export type Complete = (value: string, context: CompletionContext) => readonly string[] | Promise<readonly string[]>

export interface PromptParameter extends PromptArgument {
  complete?: Complete
}

/** Text of one message of the user, messages, or a whole result. */
export type PromptReturn = string | readonly PromptMessage[] | GetPromptResult

export interface PromptDefinition<A extends readonly PromptParameter[]> extends Omit<PromptInfo, 'arguments'> {
  arguments?: A
  get(args: PromptArguments<A>, call: Call): PromptReturn | Promise<PromptReturn>
}

/** The values by name: those required are there, others may be. */
export type PromptArguments<A extends readonly PromptParameter[]> = {
  [P in A[number] as P extends { required: true } ? P['name'] : never]: string
} & { [P in A[number] as P extends { required: true } ? never : P['name']]?: string }

export interface Prompt extends PromptInfo {
  arguments?: readonly PromptParameter[]
  get(args: Record<string, string>, call: Call): PromptReturn | Promise<PromptReturn>
}

/** A prompt whose values are typed by its own list of arguments. Throws TypeError for two of the same name. */
export function definePrompt<const A extends readonly PromptParameter[]>(definition: PromptDefinition<A>): Prompt {
  must(isRecord(definition), 'definePrompt needs { name, get }.')
  const { name, arguments: list = [] } = definition as { name: string; arguments?: readonly PromptParameter[] }
  must(isText(name), 'A prompt needs a name, a text.')
  must(isFunction(definition.get), `Prompt ${name}: get must be a function, (args, call) => ….`)
  must(Array.isArray(list), `Prompt ${name}: arguments must be a list of { name }.`)
  for (const one of list) {
    must(isText(one?.name), `Prompt ${name}: each of its arguments needs a name, a text.`)
    must(!one.complete || isFunction(one.complete), `Prompt ${name}: complete must be a function.`)
  }
  indexBy(list, (one) => one.name, `arguments of the prompt ${name} are called`)
  return { ...(definition as unknown as Prompt), get: (args, call) => definition.get(args as PromptArguments<A>, call) }
}
