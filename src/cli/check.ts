// `sse-mcp check URL`: holds any MCP server against what the specification demands of it.
import { parseArgs } from 'node:util'
import { printable, readHeaders, readUrl, type Terminal } from './terminal.ts'

export const CHECK_HELP = `sse-mcp check URL: holds any MCP server, in any language, against the specification, from outside.

Without a path in the URL it asks at /sse and at /mcp; with one, there. The exit code is 1 if a MUST does not hold.

  --transport NAME         sse, http or stateless alone, any number of times; all three without it
  --header 'Name: value'   sent with each request, any number of times; shown nowhere
  --call NAME              the tool that may be called; else only one that says that it reads (readOnlyHint)
  --arguments JSON         what it is called with: {"city":"Oslo"}, say
  --patience SECONDS       how long an answer may take: 5
  --verbose                shows what went over the wire for checks that passed, too
  --json                   one JSON object, for machines
`

const TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ['sse', 'HTTP+SSE'],
  ['http', 'Streamable HTTP'],
  ['stateless', 'stateless HTTP'],
])

/** The command. @returns the exit code */
export async function check(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      transport: { type: 'string', multiple: true, default: [...TRANSPORTS.keys()] },
      header: { type: 'string', multiple: true, default: [] },
      call: { type: 'string' },
      arguments: { type: 'string' },
      patience: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return (terminal.out(CHECK_HELP), 0)
  const transports = values.transport.map((name) => {
    const transport = TRANSPORTS.get(name)
    if (transport === undefined) throw new Error(`--transport is sse, http or stateless, not ${printable(name)}.`)
    return transport
  })
  if (values.arguments !== undefined && values.call === undefined) throw new Error('--arguments needs --call.')
  if (values.patience !== undefined) {
    const isSeconds = /^\d+(\.\d+)?$/.test(values.patience) && Number(values.patience) > 0
    if (!isSeconds || Number(values.patience) > 3600)
      throw new Error('--patience is a number of seconds, 3600 at most.')
    process.env['CHECK_PATIENCE_MS'] = String(Number(values.patience) * 1000) // before the stages are loaded
  }
  const asked = {
    url: readUrl(positionals, CHECK_HELP),
    transports: new Set(transports),
    headers: readHeaders(values.header),
    ...(values.call !== undefined && { call: { name: values.call, arguments: readArguments(values.arguments) } }),
  }
  const { checkServer } = await import('./check-server.ts')
  return checkServer(asked, values, terminal)
}

function readArguments(text: string | undefined): object {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {} // said below
  throw new Error(`--arguments is a JSON object, not ${printable(text)}.`)
}
