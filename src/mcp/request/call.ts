import { INTERNAL_ERROR, INVALID_REQUEST, RpcError } from '../../jsonrpc/index.ts'
import type { Answers, Ask, Questions } from './ask.ts'
import type { Principal } from '../http/access.ts'
import { Deadline } from '../../bounds/deadline.ts'
import type { Exchange } from './context.ts'
import { sendLog } from '../features/logging.ts'
import type { Call } from '../features/tool.ts'
import { ToolError } from '../protocol/tool-error.ts'
import type { LogLevel } from '../protocol/types.ts'

/**
 * Runs what an author wrote, until it is done, its time is up (then it fails with `late()`), or the client leaves:
 * then it runs on unheard.
 */
export function runInTime<T>(
  exchange: Exchange,
  timeoutMs: number,
  late: () => Error,
  work: (call: Call) => T | PromiseLike<T>,
): T | Promise<T> {
  const deadline = new Deadline(timeoutMs)
  const returned = work(new ExchangeCall(exchange, deadline))
  if (!isThenable(returned)) return returned
  return new Promise((resolve, reject) => {
    deadline.start(() => exchange.abort(late()))
    exchange.whenAborted((reason) => {
      deadline.stop()
      reject(reason)
    })
    exchange.work = Promise.resolve(returned)
      .then(resolve, reject)
      .finally(() => {
        exchange.work = undefined
        deadline.stop()
      })
  })
}

const isThenable = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** The same for what is no tool, whose failure is the error of the response: there is no model to read it. */
export async function runOrFail<T>(exchange: Exchange, work: (call: Call) => T | PromiseLike<T>): Promise<T> {
  try {
    return await runInTime(exchange, TIMEOUT_MS, late, work)
  } catch (error) {
    // Nobody hears it when the client has left, and it is no failure of ours.
    if (error instanceof ToolError || exchange.cancelled) throw new RpcError(INVALID_REQUEST, (error as Error).message)
    throw error
  }
}

const TIMEOUT_MS = 60_000
const late = () => new RpcError(INTERNAL_ERROR, `This took longer than ${TIMEOUT_MS / 1000} s.`)

/** What a tool gets to see of its exchange. A class: as a literal with getters, each kept 5 kB past the young heap. */
class ExchangeCall implements Call {
  readonly #exchange: Exchange
  readonly #deadline: Deadline
  readonly principal: Principal | undefined
  #reached = -Infinity

  constructor(exchange: Exchange, deadline: Deadline) {
    this.#exchange = exchange
    this.#deadline = deadline
    this.principal = exchange.client.principal
  }

  get deadline(): number {
    return Date.now() + this.#deadline.left
  }
  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  // Properties, so that a tool may take them out of the call.
  readonly ask: Ask = (questions) => {
    const { end } = this.#exchange
    const answers = end ? Promise.reject<Answers>(end) : this.#ask(questions)
    answers.catch(() => {}) // who asked and went on without the answer has no use for its failure either
    return answers
  }
  readonly progress = (progress: number, total?: number, message?: string): void => {
    if (this.#exchange.end || !(progress > this.#reached)) return
    const token = progressToken(this.#exchange.message.params?.['_meta'])
    if (token === undefined) return
    this.#reached = progress
    this.#exchange.progressAt = performance.now()
    const params = { progressToken: token, progress, ...(total !== undefined && { total }) }
    this.#exchange.notify(
      'notifications/progress',
      this.#exchange.client.revision.encodeProgress({ ...params, ...(message !== undefined && { message }) }),
    )
  }
  readonly releaseConnection = (retryMs: number): void => this.#exchange.release(retryMs)
  readonly log = (level: LogLevel, data: unknown, logger?: string): void => sendLog(this.#exchange, level, data, logger)

  // The time that the client takes to answer is not the tool's.
  async #ask(questions: Questions): Promise<Answers> {
    this.#deadline.pause()
    try {
      return await this.#exchange.way.ask(this.#exchange)(questions)
    } finally {
      this.#deadline.resume()
    }
  }
}

function progressToken(meta: unknown): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | undefined | null)?.progressToken
  return typeof token === 'string' || Number.isInteger(token) ? (token as string | number) : undefined
}
