import type { Notification } from '../jsonrpc/index.ts'

/** Who waits for a notification of a method. */
interface Waiting {
  method: string
  take(notification: Notification): void
  reject(why: unknown): void
}

/** The notifications of a server: all of them, those that nobody has taken, and who waits for the next. */
export class Notifications {
  readonly all: Notification[] = []
  readonly #untaken: Notification[] = []
  #waiting: Waiting[] = []

  add(notification: Notification): void {
    this.all.push(notification)
    const waiting = this.#waiting.find(({ method }) => method === notification.method)
    if (!waiting) return void this.#untaken.push(notification)
    this.#leave(waiting)
    waiting.take(notification)
  }

  /** The next one of a method that this has not returned before. Waits for it until the signal is aborted, or `fail`. */
  next(method: string, signal?: AbortSignal): Promise<Notification> {
    const at = this.#untaken.findIndex((one) => one.method === method)
    if (at !== -1) return Promise.resolve(this.#untaken.splice(at, 1)[0]!)
    const next = new Promise<Notification>((take, reject) => {
      const waiting = { method, take, reject }
      this.#waiting.push(waiting)
      const giveUp = (): void => {
        this.#leave(waiting)
        reject(signal!.reason)
      }
      if (signal?.aborted) giveUp()
      else signal?.addEventListener('abort', giveUp, { once: true })
    })
    next.catch(() => {}) // who does not wait any more need not hear that it will not come
    return next
  }

  /** Tells all who wait that nothing will come. */
  fail(why: unknown): void {
    for (const { reject } of this.#waiting) reject(why)
    this.#waiting = []
  }

  #leave(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((one) => one !== waiting)
  }
}
