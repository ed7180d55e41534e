// Stage 6: a tool. `target.call` says which, with arguments that are good; without it, one that says it only reads.
import { connect } from './sse-client.mjs'
import { say } from '../say.mjs'

/** A connected client, and the tools that its server lists. */
export async function withTools(talk, target) {
  const client = await connect(talk, target)
  const { capabilities } = await client.initialize()
  talk.want(capabilities?.tools, '"capabilities":{"tools":{}}')
  const { result } = await client.call('tools/list')
  talk.want(Array.isArray(result?.tools) && result.tools.length > 0, '"result":{"tools":[{"name":"…",…}]}')
  return { client, tools: result.tools }
}

/** Which tool is called, and with what. A tool of a stranger is called only if it says that it changes nothing. */
export function callOf(talk, target, tools) {
  if (target.call && tools.some(({ name }) => name === target.call.name)) return target.call
  const reader = tools.find(({ annotations }) => annotations?.readOnlyHint === true)
  if (!reader)
    return talk.skip(
      say('no tool says readOnlyHint: none is called', '没有哪个工具说自己只读（readOnlyHint），所以一个也不调用'),
    )
  const { required = [], properties = {} } = reader.inputSchema
  return {
    name: reader.name,
    arguments: Object.fromEntries(required.map((name) => [name, anyValue(properties[name] ?? {})])),
  }
}

function anyValue({ default: usual, const: only, enum: some, type, minimum = 1 }) {
  return usual ?? only ?? some?.[0] ?? { string: 'a', boolean: false, array: [], object: {} }[type] ?? minimum
}

const isFailure = ({ result, error }) => result?.isError === true || error?.code === -32602
const failure = (args) =>
  say(
    `"result":{"isError":true,…}, or "error":{"code":-32602,…}${args ? ` for ${args}` : ''}`,
    `"result":{"isError":true,…}，或者 "error":{"code":-32602,…}${args ? `，因为参数是 ${args}` : ''}`,
  )

export const tool = {
  number: 6,
  title: { en: 'A tool', zh: '一个工具' },
  rule: 'https://modelcontextprotocol.io/specification/2024-11-05/server/tools',
  needs: 'tools',
  checks: [
    {
      en: 'tools/list names each tool, with the schema of its arguments',
      zh: 'tools/list 列出每个工具和它参数的 schema',
      must: 'A tool has a name, its unique identifier, and an inputSchema: a JSON Schema object (not null).',
      async run(talk, target) {
        const { tools } = await withTools(talk, target)
        for (const { name, inputSchema } of tools) {
          talk.want(typeof name === 'string' && name !== '', '"name":"…"')
          talk.want(
            inputSchema?.type === 'object',
            say(`"inputSchema":{"type":"object",…} of ${name}`, `${name} 的 "inputSchema":{"type":"object",…}`),
          )
        }
      },
    },
    {
      en: 'tools/call returns content: blocks with a type',
      zh: 'tools/call 返回 content：一块一块，各有类型',
      must: 'Tool results contain a list of content items, each with its type.',
      async run(talk, target) {
        const { client, tools } = await withTools(talk, target)
        const { result } = await client.call('tools/call', callOf(talk, target, tools))
        talk.want(Array.isArray(result?.content), '"result":{"content":[{"type":"text","text":"…"}]}')
        talk.want(
          result.content.every(({ type }) => typeof type === 'string'),
          say('"type" in each block', '每一块都有 "type"'),
        )
        // Arguments that were made up may be wrong in a way that no schema says.
        if (target.call) talk.want(result.isError !== true, say('no "isError":true', '没有 "isError":true'))
      },
    },
    {
      en: 'a wrong argument is refused, and the tool does not run',
      zh: '参数不对就拒绝，工具不会运行',
      must: 'Servers MUST validate all tool inputs.',
      async run(talk, target) {
        const { client, tools } = await withTools(talk, target)
        const { name, arguments: good } = callOf(talk, target, tools)
        const [first] = Object.keys(good)
        if (first === undefined) talk.skip(say('its tool needs no argument', '它的工具不要参数'))
        const { [first]: given, ...missing } = good
        const wrong = typeof given === 'object' ? [] : [{ ...good, [first]: { no: 'such type' } }]
        for (const args of [...wrong, missing]) {
          const answer = await client.call('tools/call', { name, arguments: args })
          const isRefused = isFailure(answer) || (target.anyStatus && answer.error)
          talk.want(isRefused, failure(JSON.stringify(args)))
        }
      },
    },
    {
      en: 'an unknown tool is an error, and no silence',
      zh: '没有的工具得到一个错误，而不是沉默',
      async run(talk, target) {
        const { client } = await withTools(talk, target)
        const answer = await client.call('tools/call', { name: 'no-such-tool', arguments: {} })
        talk.want(isFailure(answer), failure())
      },
    },
    {
      en: 'two calls at once: each answer has the id of its request',
      zh: '两次调用同时进行：每个答复带着自己请求的 id',
      must: 'Responses MUST include the same ID as the request they correspond to.',
      section: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/messages#responses',
      async run(talk, target) {
        const { client, tools } = await withTools(talk, target)
        const params = callOf(talk, target, tools)
        const send = (id) => client.post({ jsonrpc: '2.0', id, method: 'tools/call', params })
        await Promise.all([send('first'), send('second')])
        const ids = [await client.stream.nextAnswer(), await client.stream.nextAnswer()].map(
          ({ message }) => message.id,
        )
        talk.want(
          ids.includes('first') && ids.includes('second'),
          say('an answer for "first" and one for "second"', '"first" 和 "second" 各有一个答复'),
        )
      },
    },
  ],
}
