import type { Message, Params, Response } from '../jsonrpc/index.ts'
import type { Client, Exchange } from './exchange.ts'
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
    for (const { method } of Object.values(questions)) requireCapability(exchange.client, method)
    const asked = Object.entries(questions).map(async ([name, { method, params }]) => {
      const id = `ask-${++lastId}`
      const answered = answerTo(exchange, id)
      send({ jsonrpc: '2.0', id, method, ...(params && { params }) })
      return [name, await answered] as const
    })
    return Object.fromEntries(await Promise.all(asked))
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

const CAPABILITY_FOR = new Map([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
])

function requireCapability({ capabilities, revision }: Client, method: string): void {
  const capability = CAPABILITY_FOR.get(method)
  if (capability === undefined) throw new TypeError(`A server cannot ask ${method}.`)
  if (!Object.hasOwn(capabilities, capability) || !revision.questions.includes(method))
    throw new ToolError(`This tool has to ask its client, and the client does not offer ${capability}.`)
}

function answerTo(exchange: Exchange, id: string): Promise<object> {
  const questions = (exchange.questions ??= new Map<string, (response: Response) => void>())
  return new Promise((resolve, reject) => {
    const abort = () => reject(exchange.signal.reason as Error)
    exchange.signal.addEventListener('abort', abort, { once: true })
    questions.set(id, (answer) => {
      questions.delete(id)
      exchange.signal.removeEventListener('abort', abort)
      if ('error' in answer)
        reject(new ToolError(`The client answered: ${answer.error.message.slice(0, 512)}`))
      else resolve(answer.result)
    })
  })
}
