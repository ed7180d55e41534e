// The server that the transcripts talk to.
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  serve,
  type RunningServer,
  type ServeOptions,
} from '../../src/index.ts'
import { createTools, question } from './tools.ts'

/** Starts one for one transcript: nothing is left over from another. */
export async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const resources = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    defineResource({
      uri: `test://${name}`,
      name,
      title: `The letter ${name}`,
      mimeType: 'text/plain',
      read: () => name.toUpperCase(),
    }),
  )
  const item = defineResourceTemplate({
    uriTemplate: 'test://item/{number}',
    name: 'item',
    complete: { number: (value) => ['10', '11', '20'].filter((each) => each.startsWith(value)) },
    read: ({ number }) => (number === '10' ? 'ten' : undefined),
  })
  const broken = defineResource({
    uri: 'test://broken',
    name: 'broken',
    read() {
      throw new Error('/home/secret/path')
    },
  })
  const hello = definePrompt({
    name: 'hello',
    description: 'Greets somebody',
    arguments: [
      {
        name: 'who',
        required: true,
        complete: (value) => ['Ada', 'Alan', 'Grace'].filter((each) => each.startsWith(value)),
      },
      { name: 'in', complete: (_value, context) => [`the language of ${String(context.arguments['who'])}`] },
    ],
    get: ({ who }) => `Greet ${who}.`,
  })
  const asking = definePrompt({
    name: 'asking',
    description: 'Asks for a name first',
    async get(_args, { ask }) {
      const { who } = (await ask({ who: question })) as { who: { content: { name: string } } }
      return `Greet ${who.content.name}.`
    },
  })

  const running: RunningServer = await serve({
    name: 'transcripts',
    version: '1.0.0',
    title: 'Transcripts',
    websiteUrl: 'https://example.com/',
    tools: createTools((change) => running.changes.publish(change)),
    resources: [...resources, broken],
    resourceTemplates: [item],
    prompts: [hello, asking],
    listChanged: true,
    log: () => {}, // what fails here fails on purpose
    ...options,
    limits: { keepAliveMs: 0, ...options.limits },
    port: 0,
  })
  return running
}
