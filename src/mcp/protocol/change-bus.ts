/** The changes of lists, each with the method of its notification. */
export const LIST_CHANGES = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const
export type ListChange = keyof typeof LIST_CHANGES

/** A change that clients can hear of: a list has changed, or the resource under a URI. */
export type Change = { kind: ListChange } | { kind: 'resourceUpdated'; uri: string }

/** Publish and subscribe, for changes. The bus in memory reaches this process; another one may reach several. */
export interface ChangeBus {
  /** Tells all subscribers of a change. */
  publish(change: Change): void
  /** Has a function told of all changes from now on. Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void
}

/** A change bus in memory. */
export function createChangeBus(): ChangeBus {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish(change) {
      for (const listener of listeners) listener(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The notification of a change: its method, and its params. */
export function notificationOf(change: Change): { method: string; params?: { uri: string } } {
  if (change.kind === 'resourceUpdated')
    return { method: 'notifications/resources/updated', params: { uri: change.uri } }
  return { method: LIST_CHANGES[change.kind] }
}
