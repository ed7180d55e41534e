// What the HTTP servers of this process are sent and what they say, noted from outside: nothing of it changes what
// flows or when. Read afterwards, as the messages of MCP with the revision that each belongs to.
import { subscribe } from 'node:diagnostics_channel'
import { gunzipSync } from 'node:zlib'
import { REVISIONS } from './rules.mjs'

const [OLDEST] = REVISIONS
const STATELESS = REVISIONS.at(-1)
const NEWEST_HANDSHAKE = REVISIONS.at(-2)
const NOWHERE = new URL('http://localhost/?')
const PATHS = ['/mcp', '/sse', '/messages']
const VERSION = 'io.modelcontextprotocol/protocolVersion'

/** Notes all that comes and goes from now on. `onFirst` is called when something comes for the first time. */
export function watch(onFirst = () => {}) {
  const events = []
  const servers = new Map()
  subscribe('http.server.request.start', ({ request, response, server }) => {
    if (servers.size === 0) onFirst()
    if (!servers.has(server)) servers.set(server, { isOurs: false })
    const { pathname, searchParams } = URL.canParse(request.url, 'http://localhost')
      ? new URL(request.url, 'http://localhost')
      : NOWHERE
    const exchange = {
      server: servers.get(server),
      verb: request.method,
      path: pathname.replace(/^.*(?=\/)/, ''), // a proxy may put something before it
      isDocument: pathname.startsWith('/.well-known/'),
      sessionId: searchParams.get('sessionId'),
      headers: request.headers,
      conversation: undefined,
      asked: [],
    }
    noteRequest(request, (body) => events.push({ exchange, body }))
    noteResponse(response, (said) => events.push({ exchange, ...said }))
  })
  return () => readMessages(events)
}

/** The parser hands each piece of a body to `push`, and at last null. */
function noteRequest(request, note) {
  const { push } = request
  const chunks = []
  request.push = function (chunk, ...rest) {
    if (chunk) chunks.push(chunk)
    else note(inflated(Buffer.concat(chunks), request.headers['content-encoding']).toString())
    return push.call(this, chunk, ...rest)
  }
}

/** What a body parser before us may have made of it. */
function inflated(bytes, coding) {
  try {
    return coding === 'gzip' ? gunzipSync(bytes) : bytes
  } catch {
    return bytes // not what it says it is
  }
}

function noteResponse(response, note) {
  const { writeHead, write, end } = response
  let given = {}
  let isNoted = false
  const head = () => {
    if (isNoted) return {}
    isNoted = true
    const headers = { ...response.getHeaders() }
    for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = value
    return { head: headers }
  }
  response.writeHead = function (...args) {
    if (typeof args.at(-1) === 'object') given = args.at(-1)
    return writeHead.apply(this, args)
  }
  response.write = function (chunk, ...rest) {
    note({ ...head(), text: textOf(chunk) })
    return write.call(this, chunk, ...rest)
  }
  response.end = function (chunk, ...rest) {
    note({ ...head(), text: textOf(chunk), isEnd: true })
    return end.call(this, chunk, ...rest)
  }
}

const textOf = (chunk) =>
  typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : ''

/**
 * The messages that servers said, in their order: each with its revision, and with the methods of the requests that
 * it may answer. A conversation is what shares a revision and ids: a session, or one exchange where there is none.
 */
function* readMessages(events) {
  const conversations = new Map()
  // Every answer of ours says nosniff; a server that never does is a stand-in of some test.
  for (const { exchange, head } of events) if (head?.['x-content-type-options']) exchange.server.isOurs = true

  for (const { exchange, body, head, text, isEnd } of events) {
    if (!exchange.server.isOurs) continue
    if (body !== undefined) {
      const posted = [parse(body) ?? []].flat().filter(isObject)
      exchange.conversation ??= begin(exchange, posted)
      const requests = posted.filter((one) => 'method' in one && 'id' in one)
      exchange.asked.push(...requests)
      exchange.conversation.asked.push(...requests)
      continue
    }
    exchange.conversation ??= begin(exchange, [])
    if (head) Object.assign(exchange, { said: head, rest: '' })
    exchange.rest += text
    const type = String(exchange.said['content-type'] ?? '')
    if (type.startsWith('text/event-stream') && PATHS.includes(exchange.path)) yield* readEvents(exchange)
    else if (type.startsWith('application/json') && isEnd && !exchange.isDocument) yield* readJson(exchange)
  }

  /** The conversation that a request is part of, by what it brought until it was answered. */
  function begin({ server, path, sessionId, headers }, posted) {
    const named = headers['mcp-protocol-version']
    const id = path === '/messages' ? sessionId : headers['mcp-session-id']
    const isStateless = isModern(named) || posted.some((one) => one.params?._meta?.[VERSION] !== undefined)
    if (isStateless && path !== '/messages') return { revision: STATELESS, asked: [] }
    // A session is one of its server, or one that several servers share.
    const alike = [...conversations.values()].filter((one) => one.id === id)
    const known = alike.find((one) => one.server === server) ?? (id ? alike[0] : undefined)
    return known ?? { revision: REVISIONS.includes(named) ? named : NEWEST_HANDSHAKE, asked: [] }
  }

  function remember({ server }, conversation, id) {
    conversations.set(conversation, Object.assign(conversation, { server, id }))
  }

  function* readEvents(exchange) {
    const blocks = exchange.rest.split('\n\n')
    exchange.rest = blocks.pop()
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^([^:]*):? ?(.*)$/s.exec(line).slice(1))
      const valueOf = (name) => fields.findLast(([field]) => field === name)?.[1]
      const data = fields.filter(([field]) => field === 'data').map(([, value]) => value)
      if (valueOf('event') === 'endpoint') {
        const named = exchange.headers['mcp-protocol-version']
        const revision = REVISIONS.includes(named) && named !== STATELESS ? named : OLDEST
        exchange.conversation = { revision, asked: [] }
        remember(exchange, exchange.conversation, new URL(data[0], 'http://localhost').searchParams.get('sessionId'))
      } else if (data.join('') !== '') yield* readMessage(exchange, parse(data.join('\n')))
    }
  }

  function* readJson(exchange) {
    const value = parse(exchange.rest)
    if (PATHS.includes(exchange.path) || [value].flat().some((one) => isObject(one) && 'jsonrpc' in one))
      yield* readMessage(exchange, value)
  }

  function* readMessage(exchange, message) {
    const { conversation } = exchange
    if (Array.isArray(message)) yield { revision: conversation.revision, message, methods: [] }
    for (const one of [message].flat()) {
      const methods = isObject(one) && 'result' in one ? methodsFor(exchange, one.id) : []
      if (methods.includes('initialize') && REVISIONS.includes(one.result.protocolVersion)) {
        conversation.revision = one.result.protocolVersion
        const id = exchange.said['mcp-session-id']
        if (id) remember(exchange, conversation, id)
      }
      yield { revision: conversation.revision, message: one, methods }
    }
  }
}

/** An answer belongs to its own POST; on a stream without one, to any request of its session. */
function methodsFor({ asked, conversation }, id) {
  const own = asked.filter((one) => one.id === id)
  const open = own.length > 0 ? own : conversation.asked.filter((one) => one.id === id)
  return [...new Set(open.map(({ method }) => method))]
}

const isModern = (version) => /^\d{4}-\d\d-\d\d$/.test(version) && version >= STATELESS
const isObject = (value) => typeof value === 'object' && value !== null

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
