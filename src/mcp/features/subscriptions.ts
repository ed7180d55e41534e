import { INTERNAL_ERROR, INVALID_PARAMS, isRecord, RpcError } from '../../jsonrpc/index.ts'
import type { Handler, Id, Params } from '../../jsonrpc/index.ts'
import { notificationOf, type Change, type Changes } from '../protocol/changes.ts'
import type { Exchange, Methods } from '../request/context.ts'

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** The data of the error when no more streams can be held: a transport may have a status for it. */
export const FULL = { reason: 'busy' }

/** What a client wants to hear of. */
interface Filter {
  toolsListChanged?: true
  promptsListChanged?: true
  resourcesListChanged?: true
  resourceSubscriptions?: string[]
}

export interface Listening {
  methods: Methods
  /** Ends every subscription in good order. */
  close(): void
}

/** `subscriptions/listen`: a request whose answer comes when the subscription ends, and changes before it. */
export function subscriptions(changes: Changes, listsChange: boolean, maxListens: number): Listening {
  const ends = new Set<() => void>()
  const open = new Map<string, number>() // by caller: one principal has no more than half of them

  const listen: Handler<Exchange> = ({ notifications }, exchange) => {
    if (!isRecord(notifications)) throw new RpcError(INVALID_PARAMS, 'params.notifications must be an object.')
    const { principal, caller } = exchange.client
    const own = open.get(caller) ?? 0
    const isOverShare = principal && !principal.isShared && own >= maxListens / 2
    if (ends.size >= maxListens || isOverShare)
      throw new RpcError(INTERNAL_ERROR, 'Too many subscriptions. Come back later.', FULL)
    const { id } = exchange.message as { id: Id }
    const _meta = { [SUBSCRIPTION]: id }
    const filter = honoured(notifications, listsChange)
    exchange.forgetParams()

    return new Promise((resolve) => {
      const stop = changes.listen((change) => {
        if (!wants(filter, change)) return
        const { method, params } = notificationOf(change)
        exchange.notify(method, { ...params, _meta })
      })
      open.set(caller, own + 1)
      const over = () => {
        if (!ends.delete(end)) return
        stop()
        const left = open.get(caller)! - 1
        if (left > 0) open.set(caller, left)
        else open.delete(caller)
        resolve({ _meta })
      }
      // The pages disagree on how a server ends it: the notification of one, then the result of the other.
      const end = () => {
        exchange.notify('notifications/cancelled', { requestId: id, reason: 'The server ends.', _meta })
        over()
      }
      ends.add(end)
      exchange.whenAborted(over)
      exchange.notify('notifications/subscriptions/acknowledged', { notifications: filter, _meta })
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

/** URIs of one subscription, and the characters of all of them: they are kept, and said again in the acknowledgment. */
const MAX_RESOURCES = 1000
const MAX_LENGTH = 65_536

/** What of the wishes will be kept: what nobody knows is left out of the acknowledgment. */
function honoured(wishes: Params, listsChange: boolean): Filter {
  const filter: Filter = {}
  if (listsChange) for (const list of LISTS) if (wishes[list] === true) filter[list] = true
  const uris = wishes['resourceSubscriptions']
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
