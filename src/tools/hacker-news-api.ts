import type { HackerNewsSettings } from './hacker-news-options.ts'
import { createGetJson } from '../upstream/get-json.ts'
import { createSharedCache } from '../upstream/shared-cache.ts'

export type ListName = 'topstories' | 'newstories' | 'beststories'

/** The Hacker News API (github.com/HackerNews/API), gentle on it, and wary of what comes from it. */
export function createHackerNewsApi(settings: HackerNewsSettings) {
  const getJson = createGetJson(settings)
  const lists = createSharedCache<readonly number[]>(settings)
  const stories = createSharedCache<string | null>(settings)
  return {
    /** The ids of a list, in its order. Never kept: the list is what changes most. */
    list: (name: ListName, signal: AbortSignal) =>
      lists(name, 0, signal, async (shared) => asIds(await getJson(name, shared))),
    /** An item's JSON; null for what is gone or is no story. */
    story: (id: number, signal: AbortSignal) =>
      stories(String(id), settings.keepItemMs, signal, async (shared) =>
        asStory(await getJson(`item/${id}`, shared), id, settings.itemLength),
      ),
  }
}

function asIds(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every((id) => Number.isSafeInteger(id) && id > 0))
    throw new Error('the list is no list of ids')
  return value
}

// The lists have jobs and polls among their stories, and so has the site. What else there is (comments, poll options)
// is no story wherever it turns up.
const STORIES = new Set<unknown>(['story', 'job', 'poll'])

function asStory(value: unknown, id: number, maxLength: number): string | null {
  if (value === null) return null // deleted
  if (typeof value !== 'object' || (value as { id?: unknown }).id !== id)
    throw new Error('the item is not the one asked for')
  const { type, title, dead, deleted } = value as Record<string, unknown>
  if (dead || deleted || !STORIES.has(type) || typeof title !== 'string') return null
  const text = JSON.stringify(value)
  if (text.length > maxLength) throw new Error(`the item has more than ${maxLength} characters`)
  return text
}
