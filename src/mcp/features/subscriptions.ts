import { INTERNAL_ERROR, INVALID_PARAMS, isRecord, RpcError } from '../../jsonrpc/index.ts'
import type { Handler, Params } from '../../jsonrpc/index.ts'
import { notificationOf, type Change, type ChangeBus } from '../protocol/change-bus.ts'
import type { RequestContext } from '../request/context.ts'
import type { Methods } from './methods.ts'

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/**
 * The data of the error that refuses a subscription because there are too many: a transport may have a status for it.
 */
export const SUBSCRIPTIONS_FULL = { reason: 'busy' }

/** The changes that a client has subscribed to. */
interface Filter {
  toolsListChanged?: true
  promptsListChanged?: true
  resourcesListChanged?: true
  resourceSubscriptions?: string[]
}

/** The subscriptions of a server. */
export interface Listening {
  methods: Methods
  /** Ends every subscription in good order. */
  close(): void
}

/**
 * Subscriptions (2026-07-28, patterns/subscriptions): `subscriptions/listen` is a request that stays in flight;
 * the changes are notifications before its response, and the response ends it.
 */
export function subscriptions(changes: ChangeBus, listChanged: boolean, maxListens: number): Listening {
  const ends = new Set<() => void>()
  const open = new Map<string, number>() // by caller: one principal has no more than half of them

  const listen: Handler<RequestContext> = ({ notifications }, context) => {
    if (!isRecord(notifications)) throw new RpcError(INVALID_PARAMS, 'params.notifications must be an object.')
    const { principal, key } = context.client.caller
    const own = open.get(key) ?? 0
    const isOverShare = principal && !principal.isShared && own >= maxListens / 2
    if (ends.size >= maxListens || isOverShare)
      throw new RpcError(INTERNAL_ERROR, 'Too many subscriptions. Come back later.', SUBSCRIPTIONS_FULL)
    const { id } = context.message
    const _meta = { [SUBSCRIPTION]: id }
    const filter = accepted(notifications, listChanged)
    context.forgetParams()

    return new Promise((resolve) => {
      const stop = changes.subscribe((change) => {
        if (!wants(filter, change)) return
        const { method, params } = notificationOf(change)
        context.notify(method, { ...params, _meta })
      })
      open.set(key, own + 1)
      const over = () => {
        if (!ends.delete(end)) return
        stop()
        const left = open.get(key)! - 1
        if (left > 0) open.set(key, left)
        else open.delete(key)
        resolve({ _meta })
      }
      // The pages of the specification disagree on how a server ends a subscription: by a notification, or by the
      // result. It sends both.
      const end = () => {
        context.notify('notifications/cancelled', { requestId: id, reason: 'The server ends.', _meta })
        over()
      }
      ends.add(end)
      context.whenAborted(over)
      context.notify('notifications/subscriptions/acknowledged', { notifications: filter, _meta })
    })
  }

  return {
    methods: { 'subscriptions/listen': listen },
    close() {
      for (const end of ends) end()
    },
  }
}

const LISTS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const

/**
 * The most URIs of one subscription, and the UTF-16 units of all of them: they are kept, and repeated in a
 * notification.
 */
const MAX_RESOURCES = 1000
const MAX_LENGTH = 65_536

/** The part of a request's filter that is accepted. What is unknown is left out, and so of the acknowledgment. */
function accepted(requested: Params, listChanged: boolean): Filter {
  const filter: Filter = {}
  if (listChanged) for (const list of LISTS) if (requested[list] === true) filter[list] = true
  const uris = requested['resourceSubscriptions']
  if (Array.isArray(uris)) {
    filter.resourceSubscriptions = []
    let length = 0
    for (const uri of uris) {
      if (typeof uri !== 'string' || length + uri.length > MAX_LENGTH) continue
      length += uri.length
      if (filter.resourceSubscriptions.push(uri) === MAX_RESOURCES) break
    }
  }
  return filter
}

function wants(filter: Filter, change: Change): boolean {
  if (change.kind === 'resourceUpdated') return filter.resourceSubscriptions?.includes(change.uri) ?? false
  return filter[change.kind] ?? false
}
