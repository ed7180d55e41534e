import { clip, RpcError, type Message, type Params, type Response } from '../../jsonrpc/index.ts'
import { CAPABILITY_MISSING } from '../protocol/errors.ts'
import type { Client, Exchange, Question } from './context.ts'
import { InputRequired } from '../protocol/input-required.ts'
import { ANSWER_MS, readState, writeState } from './request-state.ts'
import type { Signer } from './signer.ts'
import { ToolError } from '../protocol/tool-error.ts'

/** Questions to the client, by names of your own: elicitation, sampling, roots. */
export type Questions = Record<string, { method: string; params?: Params }>

/** The client's results, under the names of the questions. Check them: they come from outside. */
export type Answers = Record<string, object>

export type Ask = (questions: Questions) => Promise<Answers>

/**
 * Asks by requests of the server's own (until 2025-11-25): they go out before the answer, and the client posts
 * its responses. Rejects with ToolError where the client cannot be asked, says no, or does not answer in ten minutes,
 * and with the reason of the end when the call ends before. Whoever stops waiting tells the client so.
 */
export function askByRequest(exchange: Exchange, send: (message: Message) => void): Ask {
  return async (questions) => {
    for (const question of Object.values(questions)) requireDeclared(exchange.client, question, notOffered)
    const asked = Object.entries(questions).map(async ([name, { method, params }]) => {
      const id = `ask-${++lastId}`
      const answered = answerTo(exchange, id, send)
      send({ jsonrpc: '2.0', id, method, ...(params && { params }) })
      return [name, await answered] as const
    })
    return Object.fromEntries(await Promise.all(asked))
  }
}

/** For a client that takes nothing but the answer. */
export const cannotAsk: Ask = () =>
  Promise.reject(
    new ToolError('This has to ask the client. To be asked, send Accept: application/json, text/event-stream.'),
  )

/**
 * Asks by ending the request with the questions (from 2026-07-28 on): the client sends it again with its answers, and
 * the work begins anew. Rejects with InputRequired, which is that end, and with RpcError where the client did not
 * declare that it can be asked.
 */
export function askByRetry(exchange: Exchange, signer: Signer): Ask {
  return async (questions) => {
    const answers = (exchange.answers ??= { ...readState(exchange, signer) })
    const given = (exchange.message.params?.['inputResponses'] ?? {}) as Answers
    for (const [name, { method }] of Object.entries(questions))
      if (Object.hasOwn(given, name) && isAnswer(method, given[name])) answers[name] = given[name]!
    const missing = Object.entries(questions).filter(([name]) => !Object.hasOwn(answers, name))
    if (missing.length === 0) return answers
    for (const [, question] of missing) requireDeclared(exchange.client, question, notDeclared)
    throw new InputRequired(Object.fromEntries(missing), writeState(exchange, answers, signer))
  }
}

/** Hands a response that a client posted to the exchange that asked for it. One that nobody waits for is dropped. */
export function takeResponse(client: Client, response: Response): void {
  for (const { questions } of client.inFlight) {
    const question = questions?.get(String(response.id))
    if (question) return question.take(response)
  }
}

let lastId = 0 // one count for the whole process: no id is used twice in a session

const SHAPE = 'Ask { name: { method, params } }: elicitation/create, sampling/createMessage or roots/list.'

const CAPABILITY_FOR = new Map([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
])

/** Throws what `refusal` makes of it where the client did not declare that it can be asked this. */
function requireDeclared(
  { capabilities, revision }: Client,
  { method, params }: Questions[string],
  refusal: (missing: Record<string, object>) => Error,
): void {
  const name = CAPABILITY_FOR.get(method)
  if (name === undefined) throw new TypeError(`A server cannot ask ${String(method)}. ${SHAPE}`)
  const canBeAsked = Object.hasOwn(capabilities, name) && revision.questions.includes(method)
  const declared = canBeAsked ? capabilities[name]! : undefined
  const part = partOf(method, params)
  if (declared && (part === undefined || Object.hasOwn(declared, part))) return
  const isWhole = part === undefined || (part === 'form' && !declared)
  throw refusal({ [name]: isWhole ? {} : { [part]: {} } })
}

/** What of a capability has to be declared by itself. */
function partOf(method: string, params: Params = {}): string | undefined {
  if (method === 'elicitation/create') return params['mode'] === 'url' ? 'url' : 'form'
  const withTools = params['tools'] !== undefined || params['toolChoice'] !== undefined
  return method === 'sampling/createMessage' && withTools ? 'tools' : undefined
}

/** `elicitation (url)` for `{ elicitation: { url: {} } }`. */
const named = (missing: Record<string, object>): string =>
  Object.entries(missing)
    .map(([name, parts]) => [name, ...Object.keys(parts).map((part) => `(${part})`)].join(' '))
    .join()

const notOffered = (missing: Record<string, object>) =>
  new ToolError(`This has to ask the client, which did not declare ${named(missing)} in its capabilities.`)

const notDeclared = (requiredCapabilities: Record<string, object>) =>
  new RpcError(
    CAPABILITY_MISSING,
    `This needs ${named(requiredCapabilities)}, which the request's clientCapabilities do not declare.`,
    { requiredCapabilities },
  )

/** Whether what came back has the shape of an answer. What has not is asked again. */
function isAnswer(method: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { action, content, role, model, roots } = value as Params
  if (method === 'elicitation/create')
    return action === 'decline' || action === 'cancel' || (action === 'accept' && typeof (content ?? {}) === 'object')
  if (method === 'roots/list') return Array.isArray(roots)
  return typeof role === 'string' && typeof model === 'string' && typeof content === 'object'
}

function answerTo(exchange: Exchange, id: string, send: (message: Message) => void): Promise<object> {
  const questions = (exchange.questions ??= new Map<string, Question>())
  return new Promise((resolve, reject) => {
    const close = () => {
      questions.delete(id)
      clearTimeout(timer)
    }
    const giveUp = (why: Error) => {
      close()
      reject(why)
      // The dialog is still open: it has no use any more.
      send({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: id, reason: 'The server does not wait for this answer any more.' },
      })
    }
    const timer = setTimeout(() => giveUp(tooSlow()), ANSWER_MS)
    timer.unref()
    questions.set(id, {
      giveUp,
      take(answer) {
        close()
        if ('error' in answer) reject(new ToolError(`The client answered: ${clip(answer.error.message, 512)}`))
        else resolve(answer.result)
      },
    })
  })
}

const tooSlow = () => new ToolError(`The client did not answer within ${ANSWER_MS / 60_000} minutes.`)
