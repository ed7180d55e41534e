import type { Call } from './tool.ts'
import type { GetPromptResult, PromptArgument, PromptInfo, PromptMessage } from './types.ts'

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
  const names = (definition.arguments ?? []).map(({ name }) => name)
  if (definition.name === '') throw new TypeError('A prompt needs a name.')
  if (new Set(names).size < names.length)
    throw new TypeError(`Prompt ${definition.name}: two arguments have the same name.`)
  return { ...(definition as unknown as Prompt) } // `get` takes just what was checked
}
