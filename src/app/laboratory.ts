import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LOOPBACK } from '../bounds/loopback.ts'
import type { HttpOptions, Tool } from '../mcp/index.ts'
import type { HackerNewsOptions } from '../tools/hacker-news-options.ts'
import type { Settings } from './settings.ts'

/** The server's part of the laboratory, as course/laboratory/routes.mjs makes it. */
export interface Laboratory {
  /** Answers its routes, and the rest as `site` does. */
  site: NonNullable<HttpOptions['fallback']>
  /** Looks at each request of the server, to know which streams can be cut. */
  watch(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

interface LaboratoryOptions {
  /** The server's own tools: those of the laboratory come after them. */
  tools: readonly Tool[]
  /** Where the items of Hacker News come from. */
  hackerNews: HackerNewsOptions
  settings: Settings
}

/** The settings of a server that is still for whoever sits at this machine. */
const OURS = new Set(['anyUrl', 'help', 'hnBaseUrl', 'hnSource', 'limits', 'metrics', 'port', 'serverSecret'])

/** Whether a server is for this machine alone. It is not, with any setting that is not known to leave it so. */
export const isForUsAlone = ({ host = '127.0.0.1', ...settings }: Settings): boolean =>
  LOOPBACK.has(host) && Object.keys(settings).every((name) => OURS.has(name))

// The package is without this folder. What stands there imports what was built, and so goes with nothing else.
const ROUTES = new URL('../../course/laboratory/routes.mjs', import.meta.url)
const isHere = import.meta.url.endsWith('.js') && existsSync(ROUTES)

/**
 * The laboratory, where the server is for this machine alone: it breaks streams for whoever asks. Undefined elsewhere,
 * in the package, and where the source runs as it is (`npm run dev`).
 */
export async function loadLaboratory(options: LaboratoryOptions): Promise<Laboratory | undefined> {
  if (!isHere || !isForUsAlone(options.settings)) return undefined
  const { createLaboratory } = (await import(ROUTES.href)) as {
    createLaboratory(options: LaboratoryOptions): Laboratory
  }
  return createLaboratory(options)
}
