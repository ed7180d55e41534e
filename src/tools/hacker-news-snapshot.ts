import { readFile } from 'node:fs/promises'
import type { ListName } from './hacker-news-api.ts'

/** What Hacker News said one day. See data/README.md. */
export interface Snapshot {
  /** The day, year first. */
  captured: string
  /** The JSON of the first stories of a list. */
  stories(list: ListName, amount: number): string[]
}

interface SnapshotFile {
  captured: string
  lists: Record<ListName, number[]>
  items: { id: number }[]
}

let snapshot: Promise<Snapshot> | undefined

/** Reads the file the first time: who never needs it does not pay for it. */
export function readSnapshot(): Promise<Snapshot> {
  snapshot ??= read()
  return snapshot
}

async function read(): Promise<Snapshot> {
  const file = await readFile(new URL('../../data/hackernews.json', import.meta.url), 'utf8')
  const { captured, lists, items } = JSON.parse(file) as SnapshotFile
  const byId = new Map(items.map((item) => [item.id, JSON.stringify(item)]))
  return {
    captured,
    stories: (list, amount) => lists[list].slice(0, amount).map((id) => byId.get(id)!),
  }
}
