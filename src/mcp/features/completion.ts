import { after, INVALID_PARAMS, isRecord, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { Complete } from '../request/handler-context.ts'
import { runOrRpcError } from '../request/run-author.ts'
import type { Methods } from './methods.ts'
import type { Prompt } from './prompts.ts'
import type { Resource, ResourceTemplate } from './resources.ts'

/** The most values that the specification allows in one response. */
const MAX_VALUES = 100

/** What can have arguments or variables to complete. */
export interface Completable {
  prompts: readonly Prompt[]
  resources: readonly Resource[]
  resourceTemplates: readonly ResourceTemplate[]
}

/**
 * Completion (server/utilities/completion): suggests values for the arguments of prompts and the variables of resource
 * templates. Where none of them has a function for it, the feature is not there.
 */
export function completion(all: Completable): Methods {
  const completes =
    all.prompts.some((prompt) => prompt.arguments?.some((argument) => argument.complete)) ||
    all.resourceTemplates.some(({ complete }) => complete && Object.keys(complete).length > 0)
  if (!completes) return {}
  return {
    'completion/complete': ({ ref, argument, context: given }, context) => {
      const { name, value } = asObject(argument)
      if (typeof name !== 'string' || typeof value !== 'string')
        throw new RpcError(INVALID_PARAMS, 'params.argument needs name and value, two strings.')
      const parameters = parametersOf(asObject(ref), all)
      if (!parameters) throw new RpcError(INVALID_PARAMS, 'params.ref names no prompt, resource or template.')
      if (!parameters.has(name)) throw new RpcError(INVALID_PARAMS, 'params.argument.name is unknown to it.')

      const chosen = asObject(asObject(given)['arguments'])
      const complete = parameters.get(name)
      const { principal } = context.client.caller
      const found = runOrRpcError(context, () => complete?.(value, { arguments: chosen, principal }) ?? [])
      return after(found, (suggested) => {
        const values = suggested.slice(0, MAX_VALUES)
        return { completion: { values, total: suggested.length, hasMore: suggested.length > MAX_VALUES } }
      })
    },
  }
}

/** The arguments or variables that `ref` has, by name, each with the function that suggests values, if it has one. */
function parametersOf(ref: Params, all: Completable): Map<string, Complete | undefined> | undefined {
  if (ref['type'] === 'ref/prompt') {
    const prompt = all.prompts.find(({ name }) => name === ref['name'])
    return prompt && new Map((prompt.arguments ?? []).map(({ name, complete }) => [name, complete]))
  }
  if (ref['type'] !== 'ref/resource') return undefined
  const template = all.resourceTemplates.find(({ uriTemplate }) => uriTemplate === ref['uri'])
  if (template) return new Map(template.variables.map((name) => [name, template.complete?.[name]]))
  return all.resources.some(({ uri }) => uri === ref['uri']) ? new Map() : undefined
}

const asObject = (value: unknown): Params => (isRecord(value) ? value : {})
