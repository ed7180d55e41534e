// Stage 6: a tool. `target.call` says which, with arguments that are good; without it, one that says it only reads.
import { connect } from './sse-client.mjs'

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
  if (!reader) return talk.skip('no tool says readOnlyHint: none is called')
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
const FAILURE = '"result":{"isError":true,…}, or "error":{"code":-32602,…}'

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
          talk.want(inputSchema?.type === 'object', `"inputSchema":{"type":"object",…} of ${name}`)
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
          '"type" in each block',
        )
        // Arguments that were made up may be wrong in a way that no schema says.
        if (target.call) talk.want(result.isError !== true, 'no "isError":true')
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
        if (first === undefined) talk.skip('its tool needs no argument')
        const { [first]: given, ...missing } = good
        const wrong = typeof given === 'object' ? [] : [{ ...good, [first]: { no: 'such type' } }]
        for (const args of [...wrong, missing]) {
          const answer = await client.call('tools/call', { name, arguments: args })
          const isRefused = isFailure(answer) || (target.anyStatus && answer.error)
          talk.want(isRefused, `${FAILURE} for ${JSON.stringify(args)}`)
        }
      },
    },
    {
      en: 'an unknown tool is an error, and no silence',
      zh: '没有的工具得到一个错误，而不是沉默',
      async run(talk, target) {
        const { client } = await withTools(talk, target)
        const answer = await client.call('tools/call', { name: 'no-such-tool', arguments: {} })
        talk.want(isFailure(answer), FAILURE)
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
        talk.want(ids.includes('first') && ids.includes('second'), 'an answer for "first" and one for "second"')
      },
    },
  ],
}
