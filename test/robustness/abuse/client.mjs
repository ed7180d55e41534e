// What an honest client sends, by hand: requests as text, sessions of both transports, requests without a session.
import { readChunks } from '../../support/chunks.mjs'
import { connect, MOMENT, PATIENCE } from './socket.mjs'
import { expect, expectResult, expectSame, expectStatus, jsonOf, Unexpected } from './expect.mjs'

export const TOOL = 'get-hackernews-top-stories'
export const LATEST = '2025-11-25'
export const MODERN = '2026-07-28'
export const META = 'io.modelcontextprotocol/'

/** A request as bytes. A header that is undefined is left out; an array is sent as several lines. */
export function requestBytes(server, method, target, headers = {}, body = undefined) {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body)
  const all = {
    Host: `${server.host}:${server.port}`,
    ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': String(bytes.length) }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
  )
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes])
}

/** One request on a connection of its own. @returns {Promise<import('./socket.mjs').Answer>} */
export async function request(server, method, target, headers = {}, body = undefined, within = PATIENCE) {
  const client = connect(server)
  try {
    client.send(requestBytes(server, method, target, headers, body))
    return await client.answer({ isHead: method === 'HEAD', within })
  } finally {
    client.destroy()
  }
}

const textOf = (message) =>
  typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)

export const post = (server, target, message, headers = {}, within = PATIENCE) =>
  request(server, 'POST', target, headers, textOf(message), within)

/** A POST whose answer comes later, as a promise: once this resolves, the server has read all of the request. */
export async function begin(server, target, message, headers = {}) {
  const client = connect(server)
  const bytes = requestBytes(server, 'POST', target, headers, textOf(message))
  await new Promise((resolve) => client.socket.write(bytes, resolve))
  await request(server, 'GET', '/health') // what came before this is read before it
  return { answer: () => client.answer().finally(client.destroy) }
}

export const rpc = (method, params = undefined, id = 1) => ({ jsonrpc: '2.0', id, method, ...(params && { params }) })
export const notification = (method, params) => ({ jsonrpc: '2.0', method, ...(params && { params }) })
export const call = (args, id = 1, more = {}) => rpc('tools/call', { name: TOOL, arguments: args, ...more }, id)
/** One story, so that answers are short. */
export const oneStory = (id = 1) => call({ type: 'topstories', amount: 1 }, id)

export const handshake = (version = LATEST, id = 0) =>
  rpc('initialize', { protocolVersion: version, capabilities: {}, clientInfo: { name: 'abuse', version: '1' } }, id)

/** A session over Streamable HTTP, after its handshake: the headers that name it. */
export async function openSession(server, version = LATEST) {
  const answer = await post(server, '/mcp', handshake(version))
  expectSame(expectResult(answer, 0).protocolVersion, version, 'protocolVersion')
  const session = { 'Mcp-Session-Id': answer.headers['mcp-session-id'] }
  expectStatus(await post(server, '/mcp', notification('notifications/initialized'), session), 202)
  return session
}

/** An event stream. `event` and `comment` take what comes next; `left` is what has come and was not taken. */
export async function openStream(server, method, target, headers = {}, body = undefined) {
  const connection = connect(server)
  connection.send(requestBytes(server, method, target, headers, body))
  return readStream(connection, await connection.head())
}

export function readStream(connection, start) {
  let text = ''
  let isEnded = false
  const read = () => {
    const { chunks, end, isWhole } = readChunks(connection.peek())
    connection.take(end)
    text += Buffer.concat(chunks).toString('utf8')
    isEnded ||= isWhole
  }
  const block = () => {
    read()
    const at = text.indexOf('\n\n')
    if (at === -1) return isEnded || connection.isOver() ? null : undefined
    const taken = text.slice(0, at)
    text = text.slice(at + 2)
    return taken
  }
  const stream = {
    ...start,
    connection,
    destroy: connection.destroy,
    left: () => (read(), text),
    /** The next block of lines as fields; undefined where none comes in time, null after the end. */
    async block(within = PATIENCE) {
      const lines = await connection.until(block, within)
      if (typeof lines !== 'string') return lines
      const fields = { comment: undefined, event: undefined, id: undefined, retry: undefined, data: undefined }
      for (const line of lines.split('\n')) {
        const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line)
        const key = name === '' ? 'comment' : name
        fields[key] = key === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value
      }
      return fields
    },
    /** The next block with data. */
    async event(within = PATIENCE) {
      for (const end = Date.now() + within; ;) {
        const fields = await stream.block(Math.max(0, end - Date.now()))
        if (!fields) throw new Unexpected('an event', fields === null ? 'the end of the stream' : 'silence')
        if (fields.data !== undefined) return fields
      }
    },
    /** The next JSON-RPC message. */
    async message(within = PATIENCE) {
      for (const end = Date.now() + within; ;) {
        const { data } = await stream.event(Math.max(0, end - Date.now()))
        if (data !== '') return JSON.parse(data)
      }
    },
    /** All messages: those that are `due`, Infinity until the stream ends, and what else comes in a moment. */
    async messages(due = 0) {
      const all = []
      for (;;) {
        const fields = await stream.block(all.length < due ? PATIENCE : MOMENT)
        if (!fields) return all
        if (fields.data) all.push(JSON.parse(fields.data))
      }
    },
    /** Whether the body ends as it should, by its last chunk. */
    ends: async (within = PATIENCE) =>
      (await connection.until(() => (read(), isEnded ? true : connection.isOver() ? false : undefined), within)) ===
      true,
  }
  return stream
}

/** An HTTP+SSE client after its endpoint event. */
export async function openSse(server, headers = {}) {
  const stream = await openStream(server, 'GET', '/sse', { Accept: 'text/event-stream', ...headers })
  expect(stream.status === 200, '200', stream.head)
  const { event, data: endpoint } = await stream.event()
  expectSame(event, 'endpoint', 'event')
  return {
    ...stream,
    endpoint,
    post: (message, more = {}) => post(server, endpoint, message, more),
    async call(message) {
      expectStatus(await post(server, endpoint, message), 202)
      return stream.message()
    },
  }
}

/** Headers and body of a request of 2026-07-28; `headers` and `meta` overwrite what would be right, id null is none. */
export function modern(method, params = {}, { id = 1, headers = {}, meta = {} } = {}) {
  const _meta = { [`${META}protocolVersion`]: MODERN, [`${META}clientCapabilities`]: {}, ...meta }
  const name = params.name ?? params.uri
  return {
    headers: {
      'MCP-Protocol-Version': MODERN,
      'Mcp-Method': method,
      ...(typeof name === 'string' && { 'Mcp-Name': name }),
      ...headers,
    },
    body: { jsonrpc: '2.0', ...(id !== null && { id }), method, params: { ...params, _meta } },
  }
}

export function postModern(server, method, params = {}, more = {}) {
  const { headers, body } = modern(method, params, more)
  return post(server, '/mcp', body, headers)
}

/** What an honest client meets at each of the doors. Throws Unexpected. */
export async function serveNormalClient(server) {
  const health = expectStatus(await request(server, 'GET', '/health'), 200)
  expectSame(jsonOf(health).status, 'ok', 'status')
  const isStory = ({ content, isError }) => isError !== true && JSON.parse(content[0].text).title !== undefined
  const session = await openSession(server)
  const named = expectResult(await post(server, '/mcp', oneStory('n'), session), 'n')
  expect(isStory(named), 'a story', named)
  const sse = await openSse(server)
  const { id, result } = await sse.call(oneStory(7))
  sse.destroy()
  expect(id === 7 && isStory(result), 'a story', result)
  const { body } = modern('tools/call', { name: TOOL, arguments: { type: 'topstories', amount: 1 } })
  const free = expectResult(await postModern(server, 'tools/call', body.params), 1)
  expect(isStory(free) && free.resultType === 'complete', 'a story', free)
  expectStatus(await request(server, 'DELETE', '/mcp', session), 200, 204)
}
