import { definePrompt, defineResource, defineResourceTemplate, defineTool, serve } from 'sse-mcp'

const notes = new Map([['tea', 'Water first.']])
const titles = (typed) => [...notes.keys()].filter((title) => title.startsWith(typed))

const all = defineResource({
  uri: 'note:///',
  name: 'all notes',
  mimeType: 'text/plain',
  read: () => [...notes.keys()].join('\n'),
})

const note = defineResourceTemplate({
  uriTemplate: 'note:///{title}',
  name: 'note',
  mimeType: 'text/plain',
  complete: { title: titles },
  read: ({ title }) => notes.get(title), // undefined: there is no such resource
})

const explain = definePrompt({
  name: 'explain',
  description: 'Has a note explained',
  arguments: [{ name: 'title', required: true, complete: titles }],
  get: ({ title }) => `Explain this note: ${notes.get(title) ?? 'There is none.'}`,
})

const write = defineTool({
  name: 'write',
  description: 'Writes a note, over one of the same title',
  inputSchema: {
    type: 'object',
    properties: { title: { type: 'string' }, text: { type: 'string' } },
    required: ['title', 'text'],
  },
  run({ title, text }) {
    notes.set(title, text)
    changes.publish({ kind: 'resourceUpdated', uri: `note:///${encodeURIComponent(title)}` })
    return 'Written.'
  },
})

const { url, changes } = await serve({
  name: 'notes',
  version: '1.0.0',
  resources: [all],
  resourceTemplates: [note],
  prompts: [explain],
  tools: [write],
  port: Number(process.env.PORT ?? 3000),
})
console.log(`${url}/mcp`)
