/** What a server can tell those who listen. */
export type Change =
  | { kind: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged' }
  | { kind: 'resourceUpdated'; uri: string }

/** Tells of changes, to whoever listens in this process. (Between processes, an engine does.) */
export interface Changes {
  tell(change: Change): void
  /** Returns the function that ends it. */
  listen(listener: (change: Change) => void): () => void
}

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>()
  return {
    tell(change) {
      for (const listener of listeners) listener(change)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The notification that stands for a change. */
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
