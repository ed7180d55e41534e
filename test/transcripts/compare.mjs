// Whether the server said what a transcript says. The notation stands in README.md.
import assert from 'node:assert/strict'

/** Head and body of a request or a response; the empty line between them belongs to neither. */
export function parts({ lines }) {
  const empty = lines.includes('') ? lines.indexOf('') : lines.length
  return { head: lines.slice(0, empty), body: lines.slice(empty + 1).join('\n') }
}

/** A text with the {values} that are known. One that fills a string of JSON keeps its type: "{id}" may become 7. */
export const fill = (text, values) =>
  text
    .replace(/"\{(\w+)\}"/g, (all, name) => (values[name] === undefined ? all : JSON.stringify(values[name])))
    .replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)

/** A line of a transcript as a pattern: {values} that are known must be these, the others are learned from it. */
export function pattern(line, values) {
  const escaped = fill(line, values).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const learns = (_all, name) => (name === 'date' ? DATE : `(?<${name}>${name === 'session' ? UUID : '\\S+'})`)
  return new RegExp(`^${escaped.replace(/\\\{(\w+)\\\}/g, learns).replaceAll(ANY, '.*')}$`)
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const DATE = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'
const ANY = '…'

/** Takes over the {values} that what came has in a head, or in a line of a frame that is no JSON. */
export function learn(turn, got, values) {
  const lines = (turn.mark === '<' ? parts(turn).head : turn.lines).filter((line) => !JSON_LINE.test(line))
  for (const line of lines.filter((each) => /\{\w+\}/.test(each)))
    for (const said of got.lines) Object.assign(values, pattern(line, values).exec(said)?.groups)
}

/** Throws AssertionError unless the server said what the transcript says. {values} in its JSON are learned. */
export function compare(turn, got, values) {
  if (turn.mark === '<') compareResponse(turn, got, values)
  else {
    // An empty field is the same with and without its space, which editors take away.
    const [expected, said] = [turn, got].map(({ lines }) => lines.map((line) => line.replace(JSON_LINE, '{').trimEnd()))
    for (const [at, line] of expected.entries()) assert.match(said[at] ?? '', pattern(line, values))
    assert.equal(said.length, expected.length, `more than the frame should have: ${got.lines.join('\n')}`)
    const [wanted, seen] = [turn, got].map(({ lines }) => lines.filter((line) => JSON_LINE.test(line)).map(dataOf))
    compareJson(
      wanted.map((text) => JSON.parse(fill(text, values))),
      seen.map((text) => JSON.parse(text)),
      values,
    )
  }
}

const JSON_LINE = /^data: \{(?!\w+\}$).*$/ // and not the name of a value
const dataOf = (line) => line.slice('data: '.length)

function compareResponse(turn, got, values) {
  const [expected, said] = [parts(turn), parts(got)]
  assert.equal(said.head[0], expected.head[0], said.body)
  for (const line of expected.head)
    assert.ok(
      said.head.some((each) => pattern(line, values).test(each)),
      `no ${line} in ${said.head.join('\n')}`,
    )
  for (const name of turn.never)
    assert.ok(!said.head.some((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`)), `${name} is there`)
  if (expected.body === ANY) return
  if (!/^[{[]/.test(expected.body)) return assert.equal(said.body, expected.body)
  assert.match(said.body, /^.+$/, 'JSON in one line')
  compareJson(JSON.parse(fill(expected.body, values)), JSON.parse(said.body), values)
}

/** Members in any order; "…" is any value, and the end of a list or an object that may go on. */
function compareJson(expected, said, values, path = '') {
  if (expected === ANY) return assert.notEqual(said, undefined, `${path} is missing`)
  const [, name] = /^\{(\w+)\}$/.exec(expected) ?? []
  if (name) {
    assert.match(typeof said, /^(string|number)$/, `${path} is no value to remember`)
    return assert.equal(said, (values[name] ??= said), path)
  }
  if (typeof expected === 'string' && expected.startsWith('{') && typeof said === 'string')
    return compareJson(JSON.parse(expected), JSON.parse(said), values, `${path} (JSON in a text)`)
  if (typeof expected !== 'object' || expected === null || typeof said !== 'object' || said === null)
    return assert.deepEqual(said, expected, path)
  assert.equal(Array.isArray(said), Array.isArray(expected), path)
  const last = Array.isArray(expected) ? String(expected.length - 1) : ANY
  const isOpen = expected[last] === ANY
  const names = Object.keys(expected).filter((name) => !(isOpen && name === last))
  for (const name of names) compareJson(expected[name], said[name], values, `${path}/${name}`)
  if (!isOpen) assert.deepEqual(Object.keys(said).toSorted(), names.toSorted(), `${path}: ${JSON.stringify(said)}`)
}

/** Whether `compare` would let it pass. */
export function agrees(turn, got, values) {
  try {
    compare(turn, got, { ...values })
    return true
  } catch {
    return false
  }
}
