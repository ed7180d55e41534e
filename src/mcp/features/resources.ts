import { INVALID_PARAMS, INVALID_REQUEST, RpcError } from '../../jsonrpc/index.ts'
import type { Exchange, Methods } from '../request/context.ts'
import { indexBy, isFunction, must } from '../options.ts'
import { defineResource, type Resource, type ResourceReturn, type ResourceTemplate } from './resource.ts'
import type { Call } from './tool.ts'
import type { ResourceContents } from '../protocol/types.ts'
import { climbs, isUri } from '../../uri-template.ts'
import type { Pager } from './pagination.ts'
import { runOrFail } from '../request/call.ts'

/** URIs that one client may subscribe to, and the characters of all of them: they outlive the message. */
const MAX_SUBSCRIPTIONS = 1_000
const MAX_SUBSCRIPTION_LENGTH = 65_536

/** Lists the resources and their templates, reads them, and remembers who wants to hear of changes. */
export function resources(list: readonly Resource[], templates: readonly ResourceTemplate[], page: Pager): Methods {
  for (const resource of list) defineResource(resource) // not everybody does
  for (const one of templates)
    must(isFunction(one?.match), 'resourceTemplates: make each with defineResourceTemplate({ … }).')
  const byUri = indexBy(list, ({ uri }) => uri, 'resources have the URI')
  indexBy(templates, ({ uriTemplate }) => uriTemplate, 'resource templates have the uriTemplate')
  if (list.length + templates.length === 0) return {}

  /** What reads a URI: its own resource, else the first template that it fits. */
  function find(uri: string, { client }: Exchange) {
    const resource = byUri.get(uri)
    if (resource) return { mimeType: resource.mimeType, read: (call: Call) => resource.read(call) }
    for (const template of templates) {
      const variables = template.match(uri)
      if (!variables) continue
      if (Object.values(variables).some(climbs)) break
      return { mimeType: template.mimeType, read: (call: Call) => template.read(variables, call) }
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
    'resources/read': async (params, exchange) => {
      const uri = readUri(params['uri'])
      const { revision } = exchange.client
      const { mimeType, read } = find(uri, exchange)
      const contents = asContents(await runOrFail(exchange, read), uri, mimeType)
      if (!contents) throw revision.resourceNotFound(uri)
      return { contents: contents.map((one) => revision.encodeResourceContents(one)) }
    },
    'resources/subscribe': (params, exchange) => {
      const uri = readUri(params['uri'])
      find(uri, exchange)
      const subscriptions = (exchange.client.subscriptions ??= new Set())
      if (subscriptions.has(uri)) return
      if (subscriptions.size >= MAX_SUBSCRIPTIONS || lengthOf(subscriptions) + uri.length > MAX_SUBSCRIPTION_LENGTH)
        throw new RpcError(
          INVALID_REQUEST,
          `At most ${MAX_SUBSCRIPTIONS} subscriptions, of ${MAX_SUBSCRIPTION_LENGTH} characters in all: end some first.`,
        )
      subscriptions.add(uri)
    },
    'resources/unsubscribe': (params, { client }) => {
      const uri = readUri(params['uri'])
      client.subscriptions?.delete(uri)
    },
  }
}

const lengthOf = (texts: Iterable<string>): number => {
  let length = 0
  for (const text of texts) length += text.length
  return length
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
