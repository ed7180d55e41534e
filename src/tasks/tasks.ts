import { after, attempt, encodeResponse, INVALID_PARAMS, isRecord, isThenable, RpcError } from '../jsonrpc/index.ts'
import type { MaybePromise, Params, Response } from '../jsonrpc/index.ts'
import { wholeNumber, LONGEST_MS } from '../bounds/limits.ts'
import { HEADER_MISMATCH, INTERNAL_ERROR, type Extension, type Methods, type RequestContext } from '../mcp/index.ts'
import { cloneOf, isDeclared, requireDeclared, resultOf, TASKS } from './extension.ts'
import { listen } from './listen.ts'
import { Task, type DetailedTask } from './task.ts'
import { TaskStore, type TaskLimits } from './task-store.ts'

/** How calls of a tool become tasks. */
export interface ToolTasks {
  /**
   * The milliseconds that a call may take in its request before it becomes a task. What ends before that, or asks the
   * client, is answered as without tasks. The tool's own `timeoutMs` holds too, 60 s unless it says more. Default 0:
   * every call is a task that is not answered at once.
   */
  afterMs?: number
  /** Whether a client that knows no tasks is refused. Default false: it waits for the answer. */
  required?: boolean
  /** The milliseconds that a task is kept, from its creation on; work that takes longer is cancelled. Default: that of all. */
  ttlMs?: number
}

export interface TasksOptions extends Partial<TaskLimits> {
  /** The tools whose calls may become tasks, by name. */
  tools: Readonly<Record<string, ToolTasks>>
  /** Milliseconds that a task is kept, unless its tool says otherwise. Default 3,600,000. */
  ttlMs?: number
  /** Milliseconds between two polls that clients are asked for. Default 1,000. */
  pollIntervalMs?: number
}

type Setting = Required<ToolTasks>

/**
 * The extension Tasks (SEP-2663): a call of a tool is answered with a task, and the client comes back for the result.
 * The work goes on when the connection is lost. Tasks are kept in the memory of this process.
 */
export function tasks(options: TasksOptions): Extension {
  const { ttlMs = 3_600_000, pollIntervalMs = 1000, maxTasks = 1000, maxLength = 32 * 1024 * 1024 } = options
  wholeNumber(pollIntervalMs, 'tasks: pollIntervalMs', 1, LONGEST_MS)
  const settings = new Map<string, Setting>(
    Object.entries(options.tools).map(([name, one]) => [name, { afterMs: 0, ttlMs, required: false, ...one }]),
  )
  for (const [name, { afterMs, ttlMs: ttl }] of settings) {
    wholeNumber(afterMs, `tasks: afterMs of ${name}`, 0, LONGEST_MS)
    wholeNumber(ttl, `tasks: ttlMs of ${name}`, 1, LONGEST_MS)
  }
  const store = new TaskStore({
    maxTasks: wholeNumber(maxTasks, 'tasks: maxTasks', 1, 1_000_000),
    maxLength: wholeNumber(maxLength, 'tasks: maxLength', 1, Number.MAX_SAFE_INTEGER),
  })

  /**
   * Answers a call with its task, or with its response where there is one before. A task that is `required` has its place
   * already.
   */
  function call(context: RequestContext, task: Task, { afterMs, required }: Setting): MaybePromise<object> {
    const answered = handleAgain(context, task)
    if (!isThenable(answered)) {
      if (task.isDetached) store.remove(task)
      else if (required) store.giveBack(task)
      return resultOf(answered)
    }
    return new Promise((resolve, reject) => {
      const answer = () => resolve({ resultType: 'task', ...task.info() })
      const becomesTask = () => {
        if (!required && !store.takePlace(task)) return
        store.keep(task)
        answer()
      }
      const timer = task.isDetached ? answer() : setTimeout(becomesTask, afterMs)
      void answered.then((response) => {
        if (task.isDetached) return endTask(task, response, context.services.onUnexpected)
        clearTimeout(timer as NodeJS.Timeout)
        if (required) store.giveBack(task)
        attempt(() => resultOf(response), resolve, reject)
      })
      context.whenAborted((reason) => {
        if (task.isDetached) return
        clearTimeout(timer as NodeJS.Timeout)
        task.cancel()
        if (reason instanceof RpcError) reject(reason)
        else resolve({}) // nobody reads it
      })
    })
  }

  /** Keeps the response where there is room for it. */
  function endTask(task: Task, response: Response | undefined, onUnexpected: (error: unknown) => void): void {
    if (!response) return task.cancel()
    if (task.isOver) return
    const text = encodeResponse(response, onUnexpected)
    task.end(store.keepResponse(task, text.length) ? text : TOO_LARGE)
  }

  /** The task that a request names. Throws RpcError where the client may not ask for it. */
  function find(params: Params, { client, channel }: RequestContext): Task {
    requireDeclared(client)
    const { taskId } = params
    if (typeof taskId !== 'string') throw new RpcError(INVALID_PARAMS, 'params.taskId must be the id of a task.')
    if (channel.headers && channel.headers['mcp-name'] !== taskId)
      throw new RpcError(HEADER_MISMATCH, 'Mcp-Name must repeat params.taskId of the body.')
    const task = store.find(taskId, client)
    if (!task) throw new RpcError(INVALID_PARAMS, 'There is no such task, or its time is up.')
    return task
  }

  return {
    id: TASKS,
    lifecycle: 'per-request',
    methods: ({ 'tools/call': next, 'subscriptions/listen': nextListen }): Methods => ({
      'tasks/get': (params, context): DetailedTask => find(params, context).detail(),
      'tasks/update': (params, context) => {
        const task = find(params, context)
        const { inputResponses } = params
        if (!isRecord(inputResponses)) throw new RpcError(INVALID_PARAMS, 'params.inputResponses must be an object.')
        // What answers no open question is passed over: it was answered or given up.
        for (const [id, result] of Object.entries(inputResponses)) {
          if (!isRecord(result) || !task.answer(id)) continue
          const { memory, services } = context
          memory?.retain() // the tool may keep the answer as long as it runs
          task.whenOver(() => memory?.release())
          void services.handle({ jsonrpc: '2.0', id, result }, task.client, task)
        }
      },
      'tasks/cancel': (params, context) => find(params, context).cancel(),
      ...(next && {
        'tools/call': (params, context) => {
          const one = context.channel instanceof Task ? undefined : settings.get(params['name'] as string)
          if (!one) return next(params, context)
          if (one.required) requireDeclared(context.client)
          else if (!isDeclared(context.client)) return next(params, context)
          const task = new Task(cloneOf(context.client), context.channel, one.ttlMs, pollIntervalMs)
          // A place that may be needed later is taken before the work begins only where it cannot do without.
          if ((one.required || one.afterMs === 0) && !store.takePlace(task)) {
            if (one.required) throw full()
            return next(params, context)
          }
          if (one.afterMs === 0) store.keep(task)
          return call(context, task, one)
        },
      }),
      ...(nextListen && {
        'subscriptions/listen': listen(nextListen, store),
      }),
    }),
    close: () => store.close(),
  }
}

/** Handles the message of a request once more, with a task for its channel. */
function handleAgain(
  { message, services, memory }: RequestContext,
  task: Task,
  params = message.params ?? {},
): MaybePromise<Response | undefined> {
  const wasDetached = task.isDetached
  return after(services.handle({ ...message, params }, task.client, task, memory), (response) => {
    const state = response && 'result' in response && (response.result as Params)
    if (!state || state['resultType'] !== 'input_required' || wasDetached || !task.isDetached) return response
    // It asked in the way of a request in the moment in which it became a task: then it asks again, as one. What was a
    // task from its beginning on has not asked so: its tool returns such a result, another server's say, each time.
    const { requestState } = state
    return handleAgain({ message, services, memory } as RequestContext, task, { ...params, requestState })
  })
}

const full = () => new RpcError(INTERNAL_ERROR, 'Too many tasks. Come back later.', { reason: 'busy' })

const TOO_LARGE = JSON.stringify({ error: { code: INTERNAL_ERROR, message: 'There was no room to keep the result.' } })
