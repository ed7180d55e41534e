import { INTERNAL_ERROR, INVALID_PARAMS, isRecord, RpcError } from '../../jsonrpc/index.ts'
import type { Handler, Params } from '../../jsonrpc/index.ts'
import { keptUris } from '../../bounds/kept-uris.ts'
import { Shares } from '../../bounds/shares.ts'
import { LIST_CHANGES, notificationOf } from '../protocol/change-bus.ts'
import type { Change, ChangeBus, ListChange } from '../protocol/change-bus.ts'
import { ownerOf } from '../request/client.ts'
import type { RequestContext } from '../request/context.ts'
import type { Methods } from './methods.ts'

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/**
 * The data of the error that refuses a subscription because there are too many: a transport may have a status for it.
 */
export const SUBSCRIPTIONS_FULL = { reason: 'busy' }

/** The changes that a client has subscribed to. */
type Filter = { [L in ListChange]?: true } & { resourceSubscriptions?: string[] }

/**
 * Subscriptions (2026-07-28, patterns/subscriptions): `subscriptions/listen` is a request that stays in flight;
 * the changes are notifications before its response, and the response ends it.
 */
export function subscriptions(changes: ChangeBus, listChanged: boolean, maxListens: number) {
  const ends = new Set<() => void>()
  const shares = new Shares(maxListens)

  const listen: Handler<RequestContext> = ({ notifications }, context) => {
    if (!isRecord(notifications)) throw new RpcError(INVALID_PARAMS, 'params.notifications must be an object.')
    const owner = ownerOf(context.client.caller)
    if (!shares.take(owner))
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
      const over = () => {
        if (!ends.delete(end)) return
        stop()
        shares.giveBack(owner)
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
    methods: { 'subscriptions/listen': listen } satisfies Methods,
    /** Ends every subscription in good order. */
    close(): void {
      for (const end of ends) end()
    },
  }
}

const LISTS = Object.keys(LIST_CHANGES) as ListChange[]

/** The part of a request's filter that is accepted. What is unknown is left out, and so of the acknowledgment. */
function accepted(requested: Params, listChanged: boolean): Filter {
  const filter: Filter = {}
  if (listChanged) for (const list of LISTS) if (requested[list] === true) filter[list] = true
  const uris = requested['resourceSubscriptions']
  if (Array.isArray(uris)) filter.resourceSubscriptions = keptUris(uris)
  return filter
}

function wants(filter: Filter, change: Change): boolean {
  if (change.kind === 'resourceUpdated') return filter.resourceSubscriptions?.includes(change.uri) ?? false
  return filter[change.kind] ?? false
}
