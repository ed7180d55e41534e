import { randomUUID } from 'node:crypto'
import { clip, type ErrorObject, type Message, type Request } from '../jsonrpc/index.ts'
import type { Client, ClientChannel } from '../mcp/index.ts'

/** What a task says of itself in every answer (SEP-2663, "Tasks"). */
export interface TaskInfo {
  taskId: string
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'
  /** For people and the model. */
  statusMessage?: string
  createdAt: string
  lastUpdatedAt: string
  /** The milliseconds from its creation on in which it can be asked for. */
  ttlMs: number
  pollIntervalMs: number
}

/** The same with what its status brings along: questions, the result, or the error. */
export type DetailedTask = TaskInfo & { inputRequests?: object; result?: object; error?: ErrorObject }

/** A question to the client, as `tasks/get` shows it. */
type Question = Pick<Request, 'method' | 'params'>

/**
 * A call that goes on after its request was answered. It is the channel of that call, too: what the tool asks its client
 * becomes a question of the task, and what it tells of its progress the message of the status.
 */
export class Task implements ClientChannel {
  readonly id = randomUUID() // who has it may ask for the task: it cannot be guessed
  readonly client: Client
  readonly ttlMs: number
  readonly pollIntervalMs: number
  readonly #createdAt = new Date().toISOString()
  readonly #questions = new Map<string, Question>()
  /** Called whenever its status has changed. */
  readonly listeners = new Set<() => void>()
  /** The channel of the request, as long as it has no response. */
  #request: ClientChannel | undefined
  #status: TaskInfo['status'] = 'working'
  #statusMessage: string | undefined
  #updatedAt = this.#createdAt
  /** The response of the call as JSON: so it takes the least memory, and nobody changes it any more. */
  #response: string | undefined
  #whenOver: (() => void)[] = []

  constructor(client: Client, request: ClientChannel, ttlMs: number, pollIntervalMs: number) {
    this.client = client
    this.#request = request
    this.ttlMs = ttlMs
    this.pollIntervalMs = pollIntervalMs
  }

  /** Whether the request is answered, so that the client knows of the task. */
  get isDetached(): boolean {
    return this.#request === undefined
  }

  get isOver(): boolean {
    return this.#status !== 'working' && this.#status !== 'input_required'
  }

  get isAsking(): boolean {
    return this.#status === 'input_required'
  }

  /** From here on it goes on by itself. */
  detach(): void {
    this.#request = undefined
  }

  /**
   * Whether the server's requests become questions of the task: once the request is answered. Before, the request ends
   * with them, as its revision has it.
   */
  get canAsk(): boolean {
    return this.isDetached
  }

  get canSend(): boolean {
    return this.#request?.canSend ?? true
  }

  send(message: Message): void {
    if (this.#request) return this.#request.send(message)
    if (this.isOver || !('method' in message)) return
    const { method, params = {} } = message
    if ('id' in message) this.#questions.set(String(message.id), { method, params })
    else if (method === 'notifications/cancelled') this.#questions.delete(String(params['requestId']))
    else if (method === 'notifications/progress') this.#statusMessage = progressText(params)
    const status = this.#questions.size > 0 ? 'input_required' : 'working'
    if (status !== this.#status || 'id' in message) this.#set(status)
  }

  /** Removes a question that was answered. False: there is none under this key. */
  answer(key: string): boolean {
    if (!this.#questions.delete(key)) return false
    if (this.#questions.size === 0) this.#set('working')
    return true
  }

  /** Has a function called when it is over. */
  whenOver(then: () => void): void {
    this.#whenOver.push(then)
  }

  /** Ends it with the response of the call, as JSON. */
  end(response: string): void {
    if (this.isOver) return
    this.#response = response
    const { error } = JSON.parse(response) as { error?: ErrorObject }
    this.#end(error ? 'failed' : 'completed', error && clip(error.message, MAX_MESSAGE))
  }

  /** Stops the work. The status is final, whatever the tool makes of it. */
  cancel(): void {
    if (this.isOver) return
    this.#end('cancelled')
    for (const request of this.client.inFlight) request.cancel()
  }

  info(): TaskInfo {
    return {
      taskId: this.id,
      status: this.#status,
      ...(this.#statusMessage !== undefined && { statusMessage: this.#statusMessage }),
      createdAt: this.#createdAt,
      lastUpdatedAt: this.#updatedAt,
      ttlMs: this.ttlMs,
      pollIntervalMs: this.pollIntervalMs,
    }
  }

  detail(): DetailedTask {
    const { result, error } = JSON.parse(this.#response ?? '{}') as { result?: object; error?: ErrorObject }
    return {
      ...this.info(),
      ...(this.isAsking && { inputRequests: Object.fromEntries(this.#questions) }),
      ...(result && { result }),
      ...(error && { error }),
    }
  }

  #end(status: TaskInfo['status'], message?: string): void {
    this.#questions.clear()
    this.#statusMessage = message
    this.#set(status)
    for (const then of this.#whenOver) then()
    this.#whenOver = []
  }

  #set(status: TaskInfo['status']): void {
    this.#status = status
    this.#updatedAt = new Date().toISOString()
    for (const listener of this.listeners) listener()
  }
}

/** UTF-16 units of a statusMessage. */
const MAX_MESSAGE = 512

function progressText({ message, progress, total }: Record<string, unknown>): string {
  if (typeof message === 'string') return clip(message, MAX_MESSAGE)
  return total === undefined ? String(progress) : `${String(progress)} of ${String(total)}`
}
