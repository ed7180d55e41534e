import { after, INVALID_PARAMS, INVALID_REQUEST, isRecord, RpcError } from '../../jsonrpc/index.ts'
import { keptUris, MAX_URIS, MAX_URIS_LENGTH } from '../../bounds/kept-uris.ts'
import { hasDotSegments, isUri, parseTemplate, type UriTemplate, type VariableOf } from '../../uri-template.ts'
import { indexBy, isFunction, isText, must } from '../options.ts'
import type { ResourceContents, ResourceInfo, ResourceTemplateInfo } from '../protocol/types.ts'
import type { RequestContext } from '../request/context.ts'
import type { Complete, HandlerContext } from '../request/handler-context.ts'
import { runOrRpcError } from '../request/run-author.ts'
import type { Methods } from './methods.ts'
import type { Pager } from './pagination.ts'

// First the resource that you write, then what a client calls.

/**
 * What the function of a resource returns: text, bytes, or contents of several URIs. Undefined: there is no such
 * resource.
 */
export type ResourceReturn = string | Uint8Array | readonly ResourceContents[] | undefined

/** A resource: what lists say of it, and the function that reads it. */
export interface Resource extends ResourceInfo {
  read(context: HandlerContext): ResourceReturn | Promise<ResourceReturn>
}

/** A resource template, as `defineResourceTemplate` takes it. */
export interface ResourceTemplateDefinition<T extends string> extends ResourceTemplateInfo {
  /** RFC 6570 with `{variable}` and `{+variable}`, which may contain slashes. */
  uriTemplate: T
  /** The functions that suggest values, by variable. */
  complete?: { readonly [V in VariableOf<T>]?: Complete }
  /**
   * Reads the resource. The values of the variables come from outside, percent-decoded: one may begin with a slash, but
   * has no `..` between slashes.
   */
  read(variables: Record<VariableOf<T>, string>, context: HandlerContext): ResourceReturn | Promise<ResourceReturn>
}

/** A resource template: what lists say of it, what URIs it matches, and the function that reads them. */
export interface ResourceTemplate extends ResourceTemplateInfo, UriTemplate {
  complete?: Readonly<Record<string, Complete | undefined>>
  read(variables: Record<string, string>, context: HandlerContext): ResourceReturn | Promise<ResourceReturn>
}

/** Makes a resource. Throws TypeError for a definition that is not complete, or whose `uri` is no URI. */
export function defineResource(definition: Resource): Resource {
  must(isRecord(definition), 'defineResource needs { uri, name, read }.')
  const { uri, name, read } = definition
  must(isText(uri) && isUri(uri), `Resource ${JSON.stringify(uri)}: not a URI.`)
  must(isText(name), `Resource ${uri} needs a name, a text.`)
  must(isFunction(read), `Resource ${uri}: read must be a function, (context) => ….`)
  return { ...definition, read: (context) => definition.read(context) }
}

/**
 * Makes a resource template, which reads all URIs that it matches; its variables are typed by it. Throws TypeError for
 * a definition that is not complete, or a template that is not of `{variable}` and `{+variable}`.
 */
export function defineResourceTemplate<const T extends string>(
  definition: ResourceTemplateDefinition<T>,
): ResourceTemplate {
  must(isRecord(definition), 'defineResourceTemplate needs { uriTemplate, name, read }.')
  const { uriTemplate, name, complete = {} } = definition
  must(isText(uriTemplate), 'A resource template needs a uriTemplate, a text.')
  must(isText(name), `Template ${uriTemplate} needs a name, a text.`)
  must(isFunction(definition.read), `Template ${uriTemplate}: read must be a function, (variables, context) => ….`)
  for (const one of Object.values(complete))
    must(!one || isFunction(one), `Template ${uriTemplate}: complete has functions.`)
  const read: ResourceTemplate['read'] = (variables, context) => definition.read(variables as never, context)
  return { ...(definition as unknown as ResourceTemplate), ...parseTemplate(uriTemplate), read }
}

/**
 * Resources (server/resources): lists resources and templates, reads them, and keeps the client's subscriptions. Throws
 * TypeError for two under the same URI.
 */
export function resources(list: readonly Resource[], templates: readonly ResourceTemplate[], page: Pager): Methods {
  for (const resource of list) defineResource(resource) // checks those that were made without it
  for (const one of templates)
    must(isFunction(one?.match), 'resourceTemplates: make each with defineResourceTemplate({ … }).')
  const byUri = indexBy(list, ({ uri }) => uri, 'resources have the URI')
  indexBy(templates, ({ uriTemplate }) => uriTemplate, 'resource templates have the uriTemplate')
  if (list.length + templates.length === 0) return {}

  /** The resource of a URI, else the first template that matches it. Throws RpcError where there is none. */
  function find(uri: string, { client }: RequestContext) {
    const resource = byUri.get(uri)
    if (resource) return { mimeType: resource.mimeType, read: (author: HandlerContext) => resource.read(author) }
    for (const template of templates) {
      const variables = template.match(uri)
      if (!variables) continue
      if (Object.values(variables).some(hasDotSegments)) break
      return { mimeType: template.mimeType, read: (author: HandlerContext) => template.read(variables, author) }
    }
    throw client.revision.resourceNotFound(uri)
  }

  return {
    'resources/list': ({ cursor }, { client }) => {
      const { items, ...next } = page('resources', list, cursor)
      return { resources: items.map((resource) => client.revision.encodeResource(resource)), ...next }
    },
    'resources/templates/list': ({ cursor }, { client }) => {
      const { items, ...next } = page('templates', templates, cursor)
      return { resourceTemplates: items.map((one) => client.revision.encodeResource(one)), ...next }
    },
    'resources/read': (params, context) => {
      const uri = readUri(params['uri'])
      const { revision } = context.client
      const { mimeType, read } = find(uri, context)
      return after(runOrRpcError<ResourceReturn>(context, read), (returned) => {
        const contents = asContents(returned, uri, mimeType)
        if (!contents) throw revision.resourceNotFound(uri)
        return { contents: contents.map((one) => revision.encodeResourceContents(one)) }
      })
    },
    'resources/subscribe': (params, context) => {
      const uri = readUri(params['uri'])
      find(uri, context)
      const subscriptions = (context.client.subscriptions ??= new Set())
      if (subscriptions.has(uri)) return
      if (keptUris([...subscriptions, uri]).length <= subscriptions.size)
        throw new RpcError(
          INVALID_REQUEST,
          `At most ${MAX_URIS} subscriptions, of ${MAX_URIS_LENGTH} characters in all: end some first.`,
        )
      subscriptions.add(uri)
    },
    'resources/unsubscribe': (params, { client }) => {
      const uri = readUri(params['uri'])
      client.subscriptions?.delete(uri)
    },
  }
}

function readUri(uri: unknown): string {
  if (typeof uri !== 'string' || !isUri(uri)) throw new RpcError(INVALID_PARAMS, 'params.uri must be a URI.')
  return uri
}

function asContents(
  returned: ResourceReturn,
  uri: string,
  mimeType: string | undefined,
): readonly ResourceContents[] | undefined {
  const known = { uri, ...(mimeType !== undefined && { mimeType }) }
  if (typeof returned === 'string') return [{ ...known, text: returned }]
  if (returned instanceof Uint8Array) return [{ ...known, blob: Buffer.from(returned).toString('base64') }]
  return returned
}
