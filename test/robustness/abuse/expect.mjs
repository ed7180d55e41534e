// What a case says when it fails: what should have been, and what was.

export class Unexpected extends Error {
  constructor(expected, seen) {
    super(`expected ${expected}, seen ${readable(seen)}`)
    this.expected = expected
    this.seen = readable(seen)
  }
}

/** Anything as one short line. */
export function readable(seen) {
  const text = typeof seen === 'string' ? seen : JSON.stringify(seen)
  return text === undefined || text.length <= 400 ? String(text) : `${text.slice(0, 400)}… (${text.length} characters)`
}

/** Fails unless `isRight`. */
export function expect(isRight, expected, seen) {
  if (!isRight) throw new Unexpected(expected, seen)
}

/** Fails unless both are the same JSON. */
export function expectSame(seen, expected, what = '') {
  expect(JSON.stringify(seen) === JSON.stringify(expected), `${what} ${readable(expected)}`.trim(), seen)
}

const brief = ({ status, headers, text }) => `${status} ${headers['content-type'] ?? ''} ${text}`

/** Fails unless the status is one of those. */
export function expectStatus(answer, ...statuses) {
  expect(statuses.includes(answer.status), statuses.join(' or '), brief(answer))
  return answer
}

export function expectHeader({ headers, head }, name, expected) {
  const isRight = expected instanceof RegExp ? expected.test(headers[name] ?? '') : headers[name] === expected
  expect(isRight, `${name}: ${expected}`, head)
}

/** The JSON of an answer. */
export function jsonOf(answer) {
  try {
    return JSON.parse(answer.text)
  } catch {
    throw new Unexpected('JSON', brief(answer))
  }
}

/**
 * A JSON-RPC refusal: status, code and id. Without `id` there must be no such member (no MCP schema allows null).
 * @param {import('./socket.mjs').Answer} answer
 */
export function expectError(answer, status, code, id) {
  expectStatus(answer, ...[status].flat())
  expectHeader(answer, 'content-type', /^application\/json/)
  const body = jsonOf(answer)
  const { jsonrpc, error } = body
  const codes = [code].flat()
  expect(jsonrpc === '2.0' && !('result' in body), 'a JSON-RPC error', answer.text)
  expect(codes.includes(error?.code) && typeof error.message === 'string', `code ${codes.join(' or ')}`, answer.text)
  if (id === undefined) expect(!('id' in body), 'no id', answer.text)
  else expect(body.id === id, `id ${JSON.stringify(id)}`, answer.text)
  return error
}

/** A JSON-RPC result with the request's id. */
export function expectResult(answer, id) {
  expectStatus(answer, 200)
  const body = jsonOf(answer)
  expect(body.jsonrpc === '2.0' && body.id === id && 'result' in body, `a result of ${JSON.stringify(id)}`, answer.text)
  return body.result
}
