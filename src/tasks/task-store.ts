import { Budget } from '../bounds/budget.ts'
import { Shares } from '../bounds/shares.ts'
import type { Client, Principal } from '../mcp/index.ts'
import type { Task } from './task.ts'

/** The bounds of what tasks take. A task is kept for all of its time, so there is no room for new ones when it is full. */
export interface TaskLimits {
  /** Tasks that are kept, half of them of one caller. Default 1,000. */
  maxTasks: number
  /** UTF-16 units of their results, half of them of one caller. Default 32 Mi. The first result of a caller may be longer. */
  maxLength: number
}

/** The tasks that clients can ask for. Each is there until its time is up. */
export class TaskStore {
  readonly #tasks = new Map<string, { task: Task; timer: NodeJS.Timeout; counted: number }>()
  readonly #places: Shares
  readonly #lengths: Budget

  constructor({ maxTasks, maxLength }: TaskLimits) {
    this.#places = new Shares(maxTasks)
    this.#lengths = new Budget(maxLength)
  }

  /** Takes a place for a task. False: there is no room for one more of its caller. */
  takePlace(task: Task): boolean {
    return this.#places.take(keyOf(task))
  }

  /** Gives a place back whose call was answered before it became a task. */
  giveBack(task: Task): void {
    this.#places.giveBack(keyOf(task))
  }

  /** Keeps a task that has a place: from here on it goes on by itself. */
  keep(task: Task): void {
    const timer = setTimeout(() => this.remove(task), task.ttlMs).unref()
    this.#tasks.set(task.id, { task, timer, counted: 0 })
    task.detach()
  }

  /** Counts the UTF-16 units of the response that a task keeps. False: there is no room for them. */
  keepResponse(task: Task, length: number): boolean {
    const kept = this.#tasks.get(task.id)
    if (!kept || !this.#lengths.take(keyOf(task), length)) return false
    kept.counted = length
    return true
  }

  /** The task of an id. Undefined: there is none, or it is another principal's. */
  find(id: string, { caller }: Client): Task | undefined {
    const task = this.#tasks.get(id)?.task
    return task && nameOf(task.client.caller.principal) === nameOf(caller.principal) ? task : undefined
  }

  /** Ends those that wait for an answer of their client: none can come any more. */
  close(): void {
    for (const { task, timer } of this.#tasks.values()) {
      clearTimeout(timer)
      if (task.isAsking) task.cancel()
    }
  }

  /** Forgets a task, and cancels what is left of it. */
  remove(task: Task): void {
    const { counted, timer } = this.#tasks.get(task.id)!
    clearTimeout(timer)
    this.#tasks.delete(task.id)
    this.giveBack(task)
    this.#lengths.add(keyOf(task), -counted)
    task.cancel()
  }
}

const keyOf = ({ client }: Task): string => client.caller.key

const nameOf = (principal: Principal | undefined): string | undefined =>
  principal && JSON.stringify([principal.issuer, principal.subject, principal.client])
