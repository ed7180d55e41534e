// A client of HTTP+SSE for the stages: one stream down, one POST for each message up.
import { say } from '../say.mjs'

/** Opens the stream, and learns from its first event where to post. */
export async function connect(talk, target, headers = { Accept: 'text/event-stream' }) {
  const stream = await talk.request('GET', target.sse, { headers })
  const isStream = stream.status === 200 && stream.type === 'text/event-stream'
  talk.want(isStream, '200, Content-Type: text/event-stream')
  const first = await stream.event('event: endpoint  data: /messages?sessionId=…')
  talk.want(
    first.type === 'endpoint',
    say('event: endpoint, before any other event', 'event: endpoint，而且先于别的事件'),
  )
  talk.want(URL.canParse(first.data, target.sse), say('data: a URL to post to', 'data: 一个可以 POST 的 URL'))
  const endpoint = new URL(first.data, target.sse)
  talk.want(
    endpoint.origin === new URL(target.sse).origin,
    say('an endpoint on the same host and port', 'endpoint 和流在同一个主机、同一个端口'),
  )
  let last = 0

  const post = async (message, more) => {
    const response = await talk.post(endpoint, message, more)
    await response.end()
    return response
  }

  /** Posts a request, and waits for its answer on the stream. */
  async function call(method, params, id = ++last) {
    const { status } = await post({ jsonrpc: '2.0', id, method, ...(params && { params }) })
    wantTaken(talk, target, status, say('202, and the answer on the stream', '202，答复从流上来'))
    return stream.answer(id)
  }

  return {
    stream,
    endpoint,
    post,
    call,
    notify: (method, params) => post({ jsonrpc: '2.0', method, ...(params && { params }) }),
    /** Shakes hands. Returns the result of `initialize`. */
    async initialize(protocolVersion = target.version ?? '2024-11-05') {
      const { result, error } = await call('initialize', { protocolVersion, capabilities: {}, clientInfo: CLIENT })
      talk.want(
        result,
        say(
          `"result":{"protocolVersion":…}, and not ${JSON.stringify(error)}`,
          `"result":{"protocolVersion":…}，而不是 ${JSON.stringify(error)}`,
        ),
      )
      await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
      return result
    },
  }
}

/** A POST is answered by 202: the specification names no status, and clients expect this one. `anyStatus`: any 2xx. */
export function wantTaken(talk, { anyStatus = false }, status, wanted = '202') {
  talk.want(status === 202 || (anyStatus && status >= 200 && status < 300), wanted)
}

export const CLIENT = { name: 'stages', version: '1.0.0' }

/** Wants an error of JSON-RPC, with this code. */
export function wantError(talk, { error }, ...codes) {
  talk.want(codes.includes(error?.code), `"error":{"code":${codes.join(say(' or ', ' 或 '))},"message":"…"}`)
}
