import type { IncomingMessage } from 'node:http'
import { INVALID_REQUEST } from '../jsonrpc/index.ts'
import { HttpError } from './http-error.ts'

export interface GuardOptions {
  /** Names in the Host header that are us, with or without a port. Default: localhost, 127.0.0.1, [::1]. */
  allowedHosts?: readonly string[]
  /** Origins whose pages may call, or their names. Default: pages of localhost, 127.0.0.1, [::1], on any port. */
  allowedOrigins?: readonly string[]
}

/** Throws HttpError 403. */
export type Guard = (request: IncomingMessage) => void

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Stops the web pages of strangers. A page may send requests to a server on its visitor's machine, and after DNS
 * rebinding even read the answers; but its browser tells where the page came from (Origin), and which name it
 * believes to talk to (Host). An empty list means the default: nothing here can be switched off by leaving a gap.
 */
export function createGuard({ allowedHosts, allowedOrigins }: GuardOptions): Guard {
  const hosts = new Set((allowedHosts?.length ? allowedHosts : LOOPBACK).map(lowerCase))
  const origins = new Set((allowedOrigins?.length ? allowedOrigins : LOOPBACK).map(lowerCase))

  return ({ headers: { host = '', origin } }) => {
    if (!isListed(hosts, /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host)))
      throw refusal('Host', host)
    // Without Origin it is no page: a browser sends it with every request that a page makes to another site.
    if (origin === undefined) return
    if (!isListed(origins, /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(origin)))
      throw refusal('Origin', origin)
  }
}

/** A list names a host, or the whole value with its port. */
function isListed(list: ReadonlySet<string>, match: RegExpExecArray | null): boolean {
  return match !== null && (list.has(match[1]!.toLowerCase()) || list.has(match[0].toLowerCase()))
}

function refusal(header: 'Host' | 'Origin', value: string): HttpError {
  const [option, variable] =
    header === 'Host' ? ['allowedHosts', 'ALLOWED_HOSTS'] : ['allowedOrigins', 'ALLOWED_ORIGINS']
  return new HttpError(
    403,
    INVALID_REQUEST,
    `${header} ${JSON.stringify(value.slice(0, 256))} is not allowed. If it should be, add it to ${variable} (option ${option}).`,
  )
}

const lowerCase = (text: string) => text.toLowerCase()
