import type { HttpRequest } from './node-http.ts'
import { parseUrl } from '../../url.ts'

/** The path of a request, without the query. The request line may have a whole URL (RFC 9112, "absolute-form"). */
export const pathOf = ({ url = '/' }: { url?: string | undefined }): string => {
  const target = url.startsWith('/') ? url : (parseUrl(url)?.pathname ?? url)
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/**
 * The path under which a framework has mounted the handler, as `originalUrl` tells: `/api` after Express's
 * `app.use('/api', …)`. Empty where it is no plain path: a client must never be sent to `//another.host`.
 */
export function mountOf(request: HttpRequest): string {
  if (typeof request.originalUrl !== 'string') return ''
  const path = pathOf(request)
  const asked = pathOf({ url: request.originalUrl })
  const mount = asked.endsWith(path) ? asked.slice(0, -path.length) : ''
  return /^(\/[\w.~!$&'()*+,;=:@%-]+)*$/.test(mount) ? mount : ''
}
