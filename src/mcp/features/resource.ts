import { isRecord } from '../../jsonrpc/index.ts'
import { isFunction, isText, must } from '../options.ts'
import type { Complete } from './prompt.ts'
import type { Call } from './tool.ts'
import type { ResourceContents, ResourceInfo, ResourceTemplateInfo } from '../protocol/types.ts'
import { isUri, parseTemplate, type UriTemplate, type VariableOf } from '../../uri-template.ts'

/** Text, bytes, or contents of several URIs. Undefined: there is no such resource. */
export type ResourceReturn = string | Uint8Array | readonly ResourceContents[] | undefined

export interface Resource extends ResourceInfo {
  read(call: Call): ResourceReturn | Promise<ResourceReturn>
}

export interface ResourceTemplateDefinition<T extends string> extends ResourceTemplateInfo {
  /** RFC 6570 with `{variable}` and `{+variable}`, which may contain slashes. */
  uriTemplate: T
  /** Suggests values, by variable. */
  complete?: { readonly [V in VariableOf<T>]?: Complete }
  /** The values come from outside, percent-decoded: one may begin with a slash, but has no `..` between slashes. */
  read(variables: Record<VariableOf<T>, string>, call: Call): ResourceReturn | Promise<ResourceReturn>
}

export interface ResourceTemplate extends ResourceTemplateInfo, UriTemplate {
  complete?: Readonly<Record<string, Complete | undefined>>
  read(variables: Record<string, string>, call: Call): ResourceReturn | Promise<ResourceReturn>
}

/** Something to read under a URI. Throws TypeError where that is none. */
export function defineResource(definition: Resource): Resource {
  must(isRecord(definition), 'defineResource needs { uri, name, read }.')
  const { uri, name, read } = definition
  must(isText(uri) && isUri(uri), `Resource ${JSON.stringify(uri)}: not a URI.`)
  must(isText(name), `Resource ${uri} needs a name, a text.`)
  must(isFunction(read), `Resource ${uri}: read must be a function, (call) => ….`)
  return { ...definition, read: (call) => definition.read(call) }
}

/** Things to read under all URIs of a template, whose variables are typed by it. Throws TypeError for one we cannot read. */
export function defineResourceTemplate<const T extends string>(
  definition: ResourceTemplateDefinition<T>,
): ResourceTemplate {
  must(isRecord(definition), 'defineResourceTemplate needs { uriTemplate, name, read }.')
  const { uriTemplate, name, complete = {} } = definition
  must(isText(uriTemplate), 'A resource template needs a uriTemplate, a text.')
  must(isText(name), `Template ${uriTemplate} needs a name, a text.`)
  must(isFunction(definition.read), `Template ${uriTemplate}: read must be a function, (variables, call) => ….`)
  for (const one of Object.values(complete))
    must(!one || isFunction(one), `Template ${uriTemplate}: complete has functions.`)
  const read: ResourceTemplate['read'] = (variables, call) => definition.read(variables as never, call)
  return { ...(definition as unknown as ResourceTemplate), ...parseTemplate(uriTemplate), read }
}
