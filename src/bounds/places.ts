/**
 * A list whose places are used again: an item is removed by the place that it was given. It stands where a Set would
 * do, but a Set with one member in and out for every request is rebuilt again and again in V8's old heap, and keeps
 * alive what has left it.
 */
export class Places<T> implements Iterable<T> {
  size = 0
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  /** Adds an item. Returns its place, for `remove`. */
  add(item: T): number {
    const place = this.#free.pop() ?? this.#items.length
    this.#items[place] = item
    this.size++
    return place
  }

  remove(place: number): void {
    if (this.#items[place] === undefined) return
    this.#items[place] = undefined
    this.#free.push(place)
    this.size--
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const item of this.#items) if (item !== undefined) yield item
  }
}
