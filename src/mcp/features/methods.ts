import type { Handler } from '../../jsonrpc/index.ts'
import type { RequestContext } from '../request/context.ts'

/** What a feature can do, by method. */
export type Methods = Record<string, Handler<RequestContext>>
