/** What a server can tell those who listen: a list has changed, or the resource under a URI. */
export type Change =
  | { kind: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged' }
  | { kind: 'resourceUpdated'; uri: string }

/** Publish and subscribe, for changes. The one in memory reaches this process; another may reach all of several. */
export interface ChangeBus {
  publish(change: Change): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void
}

/** A bus within this process. */
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

/** The notification of a change. */
export function notificationOf(change: Change): { method: string; params?: { uri: string } } {
  if (change.kind === 'resourceUpdated')
    return { method: 'notifications/resources/updated', params: { uri: change.uri } }
  return { method: METHODS[change.kind] }
}

const METHODS = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
}
