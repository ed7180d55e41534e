import { RpcError, type Message, type Params, type Response } from '../jsonrpc/index.ts'
import { CAPABILITY_MISSING } from './errors.ts'
import type { Client, Exchange } from './exchange.ts'
import { InputRequired } from './input-required.ts'
import { readState, writeState } from './request-state.ts'
import type { Signer } from './signer.ts'
import { ToolError } from './tool-error.ts'

/** Questions to the client, by names of your own: elicitation, sampling, roots. */
export type Questions = Record<string, { method: string; params?: Params }>

/** The client's results, under the names of the questions. Check them: they come from outside. */
export type Answers = Record<string, object>

export type Ask = (questions: Questions) => Promise<Answers>

/**
 * Asks by requests of the server's own (until 2025-11-25): they go out before the answer, and the client posts
 * its responses. Rejects with ToolError where the client cannot be asked or says no, and when the work is aborted.
 */
export function askByRequest(exchange: Exchange, send: (message: Message) => void): Ask {
  return async (questions) => {
    for (const { method, params } of Object.values(questions)) requireCapability(exchange.client, method, params)
    const asked = Object.entries(questions).map(async ([name, { method, params }]) => {
      const id = `ask-${++lastId}`
      const answered = answerTo(exchange, id)
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
    for (const [, { method, params }] of missing) requireDeclared(exchange.client, method, params)
    throw new InputRequired(Object.fromEntries(missing), writeState(exchange, answers, signer))
  }
}

/** Hands a response that a client posted to the exchange that asked for it. One that nobody waits for is dropped. */
export function takeResponse(client: Client, response: Response): void {
  for (const { questions } of client.inFlight) {
    const take = questions?.get(String(response.id))
    if (take) return take(response)
  }
}

let lastId = 0 // one count for the whole process: no id is used twice in a session

const SHAPE = 'Ask { name: { method, params } }: elicitation/create, sampling/createMessage or roots/list.'

const CAPABILITY_FOR = new Map([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
])

/** What the client would have to declare to be asked this, or undefined where it has. */
function missingCapability({ capabilities, revision }: Client, method: string, params?: Params): object | undefined {
  const name = CAPABILITY_FOR.get(method)
  if (name === undefined) throw new TypeError(`A server cannot ask ${String(method)}. ${SHAPE}`)
  const declared = Object.hasOwn(capabilities, name) && revision.questions.includes(method)
  // `elicitation: {}` is from before there was another mode than the form.
  const isUrl = name === 'elicitation' && params?.['mode'] === 'url'
  if (declared && (!isUrl || Object.hasOwn(capabilities[name]!, 'url'))) return undefined
  return { [name]: isUrl ? { url: {} } : {} }
}

function requireCapability(client: Client, method: string, params?: Params): void {
  const missing = missingCapability(client, method, params)
  if (missing)
    throw new ToolError(
      `This has to ask the client, which did not declare ${Object.keys(missing)[0]} in its capabilities.`,
    )
}

function requireDeclared(client: Client, method: string, params?: Params): void {
  const missing = missingCapability(client, method, params)
  if (!missing) return
  const text = `This needs ${Object.keys(missing)[0]}, which the request's clientCapabilities do not declare.`
  throw new RpcError(CAPABILITY_MISSING, text, { requiredCapabilities: missing })
}

/** Whether what came back has the shape of an answer. What has not is asked again. */
function isAnswer(method: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { action, content, role, model, roots } = value as Params
  if (method === 'elicitation/create')
    return action === 'decline' || action === 'cancel' || (action === 'accept' && typeof (content ?? {}) === 'object')
  if (method === 'roots/list') return Array.isArray(roots)
  return typeof role === 'string' && typeof model === 'string' && typeof content === 'object'
}

function answerTo(exchange: Exchange, id: string): Promise<object> {
  const questions = (exchange.questions ??= new Map<string, (response: Response) => void>())
  return new Promise((resolve, reject) => {
    const abort = () => reject(exchange.signal.reason as Error)
    exchange.signal.addEventListener('abort', abort, { once: true })
    questions.set(id, (answer) => {
      questions.delete(id)
      exchange.signal.removeEventListener('abort', abort)
      if ('error' in answer) reject(new ToolError(`The client answered: ${answer.error.message.slice(0, 512)}`))
      else resolve(answer.result)
    })
  })
}
