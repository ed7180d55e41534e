import type { HackerNewsLimits } from './hacker-news-options.ts'
import { createGetJson } from './http-get-json.ts'
import { createRetry } from './retry.ts'
import { createSharedCache } from './shared-cache.ts'
import { createSlots } from './slots.ts'

export type ListName = 'topstories' | 'newstories' | 'beststories'

/** The Hacker News API (github.com/HackerNews/API), gentle on it, and wary of what comes from it. */
export interface HackerNewsApi {
  /** The ids of a list, in its order. Never kept: the list is what changes most. */
  list(name: ListName, signal: AbortSignal): Promise<readonly number[]>
  /** An item's JSON; null for what is gone or is no story. */
  story(id: number, signal: AbortSignal): Promise<string | null>
}

export function createHackerNewsApi(baseUrl: URL, limits: HackerNewsLimits & { now: () => number }): HackerNewsApi {
  const getJson = createGetJson(baseUrl.protocol)
  const retry = createRetry(limits)
  const inSlot = createSlots(limits.requests, limits.waiting)
  const lists = createSharedCache<readonly number[]>(limits)
  const stories = createSharedCache<string | null>(limits)
  const base = baseUrl.href.replace(/\/*$/, '')

  function get(path: string, signal: AbortSignal): Promise<unknown> {
    const url = new URL(`${base}/${path}.json`)
    return retry((connectMs) => inSlot(() => getJson(url, { ...limits, connectMs }, signal), signal), signal)
  }

  return {
    list: (name, signal) => lists(name, 0, signal, async (shared) => asIds(await get(name, shared))),
    story: (id, signal) =>
      stories(String(id), limits.keepItemMs, signal, async (shared) => asStory(await get(`item/${id}`, shared), id)),
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

function asStory(value: unknown, id: number): string | null {
  if (value === null) return null // deleted
  if (typeof value !== 'object' || (value as { id?: unknown }).id !== id)
    throw new Error('the item is not the one asked for')
  const { type, title, dead, deleted } = value as Record<string, unknown>
  if (dead || deleted || !STORIES.has(type) || typeof title !== 'string') return null
  return JSON.stringify(value)
}
