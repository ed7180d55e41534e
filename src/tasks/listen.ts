import { INVALID_PARAMS, isRecord, RpcError } from '../jsonrpc/index.ts'
import type { Handler, Message } from '../jsonrpc/index.ts'
import type { ClientChannel, RequestContext } from '../mcp/index.ts'
import { cloneOf, requireDeclared, resultOf } from './extension.ts'
import type { TaskStore } from './task-store.ts'

/** Tasks of one subscription. */
const MAX_TASKS = 100

/** Subscriptions of one task: each is sent its whole result, however large. */
const MAX_LISTENERS = 10

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** The channel of a subscription that hears of tasks: the acknowledgment names those that it will hear of. */
class ListenChannel implements ClientChannel {
  readonly #request: ClientChannel
  readonly #taskIds: string[]

  constructor(request: ClientChannel, taskIds: string[]) {
    this.#request = request
    this.#taskIds = taskIds
  }

  get canSend(): boolean {
    return this.#request.canSend
  }

  send(message: Message): void {
    if (!('method' in message) || message.method !== 'notifications/subscriptions/acknowledged')
      return this.#request.send(message)
    const notifications = { ...(message.params?.['notifications'] as object), taskIds: this.#taskIds }
    this.#request.send({ ...message, params: { ...message.params, notifications } })
  }
}

/**
 * Subscriptions that hear of tasks as well (SEP-2663, "Task Status Notifications"): whenever the status of one changes,
 * they are sent what `tasks/get` would answer.
 */
export function listen(next: Handler<RequestContext>, store: TaskStore): Handler<RequestContext> {
  return async (params, context) => {
    const { client, channel, message, services, memory } = context
    const wanted = isRecord(params['notifications']) ? params['notifications']['taskIds'] : undefined
    if (wanted === undefined || channel instanceof ListenChannel) return next(params, context)
    requireDeclared(client)
    const tasks = [...new Set(asIds(wanted))]
      .map((id) => store.find(id, client))
      .filter((task) => task !== undefined)
      .filter(({ listeners }) => listeners.size < MAX_LISTENERS)

    const _meta = { [SUBSCRIPTION]: message.id }
    const stops = tasks.map((task) => {
      const tell = () => context.notify('notifications/tasks', { ...task.detail(), _meta })
      task.listeners.add(tell)
      return () => task.listeners.delete(tell)
    })
    const inner = cloneOf(client)
    context.whenAborted(() => {
      for (const request of inner.inFlight) request.cancel()
    })
    const taskIds = tasks.map(({ id }) => id)
    try {
      return resultOf(await services.handle(message, inner, new ListenChannel(channel, taskIds), memory))
    } finally {
      for (const stop of stops) stop()
    }
  }
}

function asIds(wanted: unknown): string[] {
  if (!Array.isArray(wanted) || !wanted.every((id) => typeof id === 'string') || wanted.length > MAX_TASKS)
    throw new RpcError(INVALID_PARAMS, `notifications.taskIds must be a list of ids, ${MAX_TASKS} at most.`)
  return wanted
}
