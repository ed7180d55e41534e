import { defineTool, serve, ToolError } from 'sse-mcp'

const tea = defineTool({
  name: 'make-tea',
  description: 'Makes tea as its drinker likes it',
  inputSchema: { type: 'object' },
  async run(_args, call) {
    // Ask before you act: from 2026-07-28 on the answer comes with a second call, and `run` begins anew.
    const { sugar } = await call.ask({
      sugar: {
        method: 'elicitation/create',
        params: {
          message: 'How many lumps of sugar?',
          requestedSchema: { type: 'object', properties: { lumps: { type: 'integer', minimum: 0 } } },
        },
      },
    })
    if (sugar.action !== 'accept') return 'No tea, then.'
    const lumps = sugar.content?.lumps ?? 0
    if (!Number.isInteger(lumps)) throw new ToolError('lumps must be a whole number.') // nobody has checked it yet
    return `Tea with ${lumps} lumps of sugar.`
  },
})

const { url } = await serve({ name: 'tea', version: '1.0.0', tools: [tea], port: Number(process.env.PORT ?? 3000) })
console.log(`${url}/mcp`)
