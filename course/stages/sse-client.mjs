// A client of HTTP+SSE for the stages: one stream down, one POST for each message up.

/** Opens the stream, and learns from its first event where to post. */
export async function connect(talk, target, headers = { Accept: 'text/event-stream' }) {
  const stream = await talk.request('GET', target.sse, { headers })
  const isStream = stream.status === 200 && stream.type === 'text/event-stream'
  talk.want(isStream, '200, Content-Type: text/event-stream')
  const first = await stream.event('event: endpoint  data: /messages?sessionId=…')
  talk.want(first.type === 'endpoint', 'event: endpoint, before any other event')
  talk.want(URL.canParse(first.data, target.sse), 'data: a URL to post to')
  const endpoint = new URL(first.data, target.sse)
  talk.want(endpoint.origin === new URL(target.sse).origin, 'an endpoint on the same host and port')
  let last = 0

  const post = async (message, more) => {
    const response = await talk.post(endpoint, message, more)
    await response.end()
    return response
  }

  /** Posts a request, and waits for its answer on the stream. */
  async function call(method, params, id = ++last) {
    const { status } = await post({ jsonrpc: '2.0', id, method, ...(params && { params }) })
    wantTaken(talk, target, status, '202, and the answer on the stream')
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
      talk.want(result, `"result":{"protocolVersion":…}, and not ${JSON.stringify(error)}`)
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
  talk.want(codes.includes(error?.code), `"error":{"code":${codes.join(' or ')},"message":"…"}`)
}
