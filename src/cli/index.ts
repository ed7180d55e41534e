// The command line beside the server: `sse-mcp check URL` and `sse-mcp tail URL`. Loaded only when named.
import type { Terminal } from './terminal.ts'

/** The words that name a command. `main.ts` starts the server for any other. */
const COMMANDS = {
  check: async () => (await import('./check.ts')).check,
  tail: async () => (await import('./tail.ts')).tail,
} satisfies Record<string, () => Promise<(args: readonly string[], terminal: Terminal) => Promise<number>>>

/** Runs a command until it ends, or until Ctrl-C. @returns the exit code */
export async function runCommand(name: keyof typeof COMMANDS, args: readonly string[]): Promise<number> {
  const command = await COMMANDS[name]()
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop) // the second time it ends at once
  // Whoever read the output has gone, `head` say: there is nobody to tell.
  process.stdout.on('error', stop)
  const terminal: Terminal = {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    signal: interrupt.signal,
  }
  return command(args, terminal)
}
