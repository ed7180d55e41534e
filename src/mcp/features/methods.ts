import type { Handler } from '../../jsonrpc/index.ts'
import type { RequestContext } from '../request/context.ts'

/** The methods of a feature: a handler for each, by name. */
export type Methods = Record<string, Handler<RequestContext>>
