// A tool for each thing that can happen on the wire.
import { defineTool, ToolError, type ChangeBus, type Tool } from '../../src/index.ts'
import { closedGate } from '../support/gate.ts'

const nothing = { type: 'object', properties: {} } as const
const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } as const

const nameSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }

/** What some of them ask the client. */
export const question = {
  method: 'elicitation/create',
  params: { message: 'Your name?', requestedSchema: nameSchema },
}

/** The tools of one server, which wait for each other; `tell` says that something has changed. */
export function createTools(tell: ChangeBus['publish']): Tool[] {
  const [begun, released, ended] = [closedGate(), closedGate(), closedGate<string>()]

  return [
    defineTool({
      name: 'echo',
      title: 'Echo',
      description: 'Says it again',
      inputSchema: text,
      annotations: { readOnlyHint: true },
      icons: [{ src: 'https://example.com/echo.png' }],
      _meta: { 'example.com/kind': 'plain' },
      run: ({ text }) => text,
    }),
    defineTool({
      name: 'sum',
      description: 'Adds two numbers',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
      run: ({ a, b }) => ({ structuredContent: { sum: a + b } }),
    }),
    defineTool({
      name: 'pair',
      description: 'Says both, as a list',
      inputSchema: nothing,
      outputSchema: { type: 'array', items: { type: 'string' } },
      run: () => ({ structuredContent: ['a', 'b'] }),
    }),
    defineTool({
      name: 'media',
      description: 'One content of each type',
      inputSchema: nothing,
      run: () => ({
        content: [
          { type: 'text', text: 'a text' },
          { type: 'image', data: 'aW1n', mimeType: 'image/png' },
          { type: 'audio', data: 'd2F2', mimeType: 'audio/wav' },
          { type: 'resource', resource: { uri: 'test://a', mimeType: 'text/plain', text: 'A' } },
          { type: 'resource_link', uri: 'test://a', name: 'a' },
        ],
      }),
    }),
    defineTool({
      name: 'count',
      description: 'Counts up to n; after `hold` it waits until it is released',
      inputSchema: {
        type: 'object',
        properties: { n: { type: 'integer' }, hold: { type: 'integer', default: 0 } },
        required: ['n'],
      },
      async run({ n, hold }, { progress }) {
        for (let i = 1; i <= n; i++) {
          progress(i, n, `step ${i}`)
          if (i === hold) await released.opened
        }
        return `counted to ${n}`
      },
    }),
    defineTool({
      name: 'wait',
      description: 'Waits until it is released, or not wanted any more',
      inputSchema: nothing,
      async run(_args, { progress, signal }) {
        const end = (how: string) => (ended.open(how), how)
        const aborted = new Promise<string>((resolve) => {
          signal.addEventListener('abort', () => resolve(end('aborted')), { once: true })
        })
        progress(1, 2, 'waiting')
        begun.open()
        return Promise.race([aborted, released.opened.then(() => end('released'))])
      },
    }),
    defineTool({
      name: 'leave',
      description: 'Lets the connection go, and goes on when it is released',
      inputSchema: nothing,
      async run(_args, { progress, releaseConnection }) {
        progress(1, 2)
        releaseConnection(50)
        begun.open()
        await released.opened
        progress(2, 2)
        return 'done meanwhile'
      },
    }),
    defineTool({
      name: 'release',
      description: 'Releases what waits',
      inputSchema: nothing,
      run: () => (released.open(), 'released'),
    }),
    defineTool({
      name: 'begun',
      description: 'Answers when `wait` has begun',
      inputSchema: nothing,
      run: () => begun.opened.then(() => 'begun'),
    }),
    defineTool({
      name: 'ended',
      description: 'Answers when `wait` has ended, and how',
      inputSchema: nothing,
      run: () => ended.opened,
    }),
    defineTool({
      name: 'greet',
      description: 'Asks for a name',
      inputSchema: nothing,
      async run(_args, { ask }) {
        const { who } = (await ask({ who: question })) as { who: { action: string; content?: { name?: unknown } } }
        return who.action === 'accept' ? `Hello, ${String(who.content?.name)}!` : `Never mind (${who.action}).`
      },
    }),
    defineTool({
      name: 'think',
      description: 'Asks the model of the client',
      inputSchema: nothing,
      async run(_args, { ask }) {
        const params = { messages: [{ role: 'user', content: { type: 'text', text: 'One word?' } }], maxTokens: 10 }
        const { thought } = await ask({ thought: { method: 'sampling/createMessage', params } })
        return `It thought: ${(thought as { content: { text: string } }).content.text}`
      },
    }),
    defineTool({
      name: 'look',
      description: 'Asks for the roots',
      inputSchema: nothing,
      async run(_args, { ask }) {
        const { where } = await ask({ where: { method: 'roots/list' } })
        return `${(where as { roots: unknown[] }).roots.length} roots`
      },
    }),
    defineTool({
      name: 'both',
      description: 'Asks twice, one after the other',
      inputSchema: nothing,
      async run(_args, { ask }) {
        const { who } = (await ask({ who: question })) as { who: { content: { name: string } } }
        const { again } = (await ask({ again: question })) as { again: { content: { name: string } } }
        return `${who.content.name} and ${again.content.name}`
      },
    }),
    defineTool({
      name: 'refuse',
      description: 'Says what to do differently',
      inputSchema: nothing,
      run() {
        throw new ToolError('Try it tomorrow.')
      },
    }),
    defineTool({
      name: 'fail',
      description: 'Fails as programs do',
      inputSchema: nothing,
      run() {
        throw new Error('/home/secret/path')
      },
    }),
    defineTool({
      name: 'late',
      description: 'Never done in time',
      inputSchema: nothing,
      timeoutMs: 20,
      run: () => new Promise<string>(() => {}),
    }),
    defineTool({
      name: 'log',
      description: 'Logs at three levels',
      inputSchema: nothing,
      run(_args, { log }) {
        log('debug', 'a detail')
        log('info', 'a fact')
        log('error', { code: 7 }, 'disk')
        return 'logged'
      },
    }),
    defineTool({
      name: 'change',
      description: 'Tells of changed lists, and of the resource test://a',
      inputSchema: nothing,
      run() {
        tell({ kind: 'promptsListChanged' })
        tell({ kind: 'toolsListChanged' })
        tell({ kind: 'resourceUpdated', uri: 'test://a' })
        return 'changed'
      },
    }),
    defineTool({
      name: 'locate',
      description: 'Has arguments that headers repeat',
      inputSchema: {
        type: 'object',
        properties: {
          region: { type: 'string', 'x-mcp-header': 'Region' },
          zone: { type: 'integer', 'x-mcp-header': 'Zone' },
        },
      },
      run: ({ region = 'nowhere' }) => region,
    }),
  ]
}
