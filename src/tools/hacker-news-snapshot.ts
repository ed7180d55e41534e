import { existsSync, promises } from 'node:fs'
import type { ListName } from './hacker-news-api.ts'

/** What Hacker News said one day. See data/README.md. */
export interface Snapshot {
  /** The day, year first. */
  captured: string
  lists: Record<ListName, number[]>
  /** The JSON of each story, by its id. */
  items: Map<number, string>
}

// The whole, or what the build takes of it into the package: the first fifty of each list.
const FILES = ['../../data/hackernews.json', '../hackernews.json'].map((path) => new URL(path, import.meta.url))

let snapshot: Snapshot | undefined

/** Reads the file the first time: who never needs it does not pay for it. */
export const readSnapshot = async (): Promise<Snapshot> => (snapshot ??= await read())

async function read(): Promise<Snapshot> {
  const text = await promises.readFile(FILES.find(existsSync)!, 'utf8')
  const { items, ...rest } = JSON.parse(text) as Snapshot & { items: { id: number }[] }
  return { ...rest, items: new Map(items.map((item) => [item.id, JSON.stringify(item)])) }
}
