// What holds of messages on every transport: ids, errors, and what is no message.
import { openClient, type Client, type Protocol } from '../client.ts'
import type { Check, Conversation, HttpExchange, Message } from '../stages.ts'

const BASE = 'All messages MUST follow JSON-RPC 2.0.'

export function messageChecks({ transport }: Protocol): Check[] {
  const open = openClient[transport]
  const section = transport === 'HTTP+SSE' ? 'basic/messages' : 'basic#messages'

  /** What is no message is refused: by its status, or by an error of JSON-RPC. On HTTP+SSE that may be on the stream. */
  async function wantRefusal(talk: Conversation, client: Client, text: string): Promise<void> {
    const response = await client.post(text)
    const { status } = response
    const shown = JSON.stringify(text)
    talk.want(status < 500, `400 for ${shown}, and no failure of the server`)
    if (status >= 400 || transport === 'HTTP+SSE') return
    const answer = response.type === 'application/json' ? await response.json() : undefined
    talk.want(answer?.error, `400 for ${shown}, or an error of JSON-RPC`)
  }

  async function wantAllRefused(talk: Conversation, client: Client, texts: readonly string[]): Promise<void> {
    for (const text of texts) await wantRefusal(talk, client, text)
    const { answer } = await client.call(client.ping.method)
    talk.want(answer.result, '"result":{…}: the next request is served')
  }

  const checks: Check[] = [
    {
      en: 'an answer repeats the id with its type',
      zh: '答复把 id 连类型一起原样带回',
      must: 'Result responses MUST include the same ID as the request they correspond to.',
      section,
      async run(talk, target) {
        const client = await open(talk, target)
        for (const id of [7, '7', 0, '', '你好']) {
          const { answer } = await client.call(client.ping.method, undefined, id)
          talk.want(answer.result, '"result":{…}')
        }
      },
    },
    {
      en: 'a method that nobody has is -32601, whatever JavaScript calls it',
      zh: '谁都没有的方法得到 -32601，哪怕在 JavaScript 里它是个现成的名字',
      must: `${BASE} -32601: the method does not exist. Errors MUST include a code, an integer, and a message.`,
      section,
      async run(talk, target) {
        const client = await open(talk, target)
        for (const method of ['no/such/method', 'toString', '__proto__', 'constructor'])
          wantError(talk, (await client.call(method)).answer, -32601)
      },
    },
    {
      en: 'what is no JSON is refused, and the next request is served',
      zh: '不是 JSON 的东西被拒绝，下一个请求照常服务',
      must: `${BASE} A text that is no JSON is an error, -32700, and harms nobody.`,
      section,
      async run(talk, target) {
        await wantAllRefused(talk, await open(talk, target), ['{"jsonrpc":"2.0",', 'hello', ''])
      },
    },
    {
      en: 'JSON that is no message is refused, and the next request is served',
      zh: '是 JSON 但不是消息的东西被拒绝，下一个请求照常服务',
      should: `${BASE} Requests MUST include a string or integer ID.`,
      section,
      async run(talk, target) {
        const texts = [
          '"hello"',
          '{}',
          '{"jsonrpc":"1.0","id":1,"method":"ping"}',
          '{"jsonrpc":"2.0","id":{},"method":"ping"}',
        ]
        await wantAllRefused(talk, await open(talk, target), texts)
      },
    },
    {
      en: 'an array of nothing is refused: it is neither a message nor a batch',
      zh: '空数组被拒绝：它既不是消息，也不是批量',
      should: `${BASE} An empty array is an invalid request, -32600.`,
      section,
      run: async (talk, target) => wantAllRefused(talk, await open(talk, target), ['[]']),
    },
  ]
  return transport === 'stateless HTTP' ? checks : [...checks, pingCheck(open)]
}

const pingCheck = (open: (typeof openClient)['HTTP+SSE']): Check => ({
  en: 'ping is answered by an empty result',
  zh: 'ping 得到空的 result',
  must: 'The receiver MUST respond promptly with an empty response.',
  section: 'basic/utilities/ping',
  async run(talk, target) {
    const { answer } = await (await open(talk, target)).call('ping')
    talk.want(answer.result && Object.keys(answer.result).length === 0, '"result":{}')
  },
})

/** Wants an error as JSON-RPC has it, with this code. */
export function wantError(talk: Conversation, { error, result }: Message, code: number): void {
  talk.want(error !== undefined && result === undefined, `"error":{"code":${code},"message":"…"}, and no result`)
  talk.want(Number.isInteger(error?.code) && typeof error?.message === 'string', 'a code, an integer, and a message')
  talk.want(error?.code === code, `"code":${code}`)
}

/** Wants 202 and no body, or a refusal by HTTP: for what has no answer. */
export async function wantNoAnswer(response: HttpExchange, talk: Conversation): Promise<void> {
  await response.end()
  const { status, body } = response
  talk.want((status === 202 && body === '') || (status >= 400 && status < 500), '202 and no body, or 400')
}

/** Wants a refusal by HTTP, and no failure of the server. */
export function wantRefused({ status }: HttpExchange, talk: Conversation, wanted: string): void {
  talk.want(status >= 400 && status < 500, wanted)
}
