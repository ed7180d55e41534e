import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, valuesOf, wrongOf } from '../../../web/laboratory/form.js'
import { ageOf, refusalOf, storyOf, verdictOf } from '../../../web/laboratory/outcome.js'
import { CAPTURED_TOOL } from '../../support/hacker-news-tool.mjs'

const { inputSchema: HACKER_NEWS } = CAPTURED_TOOL

/** What the inputs of a form give: an entry for each that says something. */
function entered(values) {
  const data = new FormData()
  for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) data.append(`=${name}`, one)
  return data
}

const fieldOf = (part, required = []) => fieldsOf({ type: 'object', properties: { it: part }, required })[0]
const valueOf = (part, value, required) => {
  const data = entered(value === undefined ? {} : { it: value })
  return valuesOf(fieldsOf({ type: 'object', properties: { it: part }, required }), data)
}

test('a property has a field of its kind, marked as required, with its default', () => {
  const [type, amount] = fieldsOf(HACKER_NEWS)
  assert.deepEqual([type.name, type.kind, type.required, type.first], ['type', 'choice', true, '0'])
  assert.deepEqual(type.options[2], ['beststories', 'beststories'])
  assert.deepEqual([amount.name, amount.kind, amount.required, amount.first], ['amount', 'number', false, 10])
  assert.equal(amount.unsupported, undefined)
  assert.equal(fieldOf({ type: 'boolean', default: true }).first, true)
  assert.deepEqual(
    [fieldOf({ type: 'string', minLength: 1 }).kind, fieldOf({ type: 'integer' }).kind],
    ['text', 'number'],
  )
})

test('what is entered becomes the type that the schema names, and an empty field is left out', () => {
  const fields = fieldsOf(HACKER_NEWS)
  assert.deepEqual(valuesOf(fields, entered({ type: '1', amount: '2.5' })), { type: 'newstories', amount: 2.5 })
  assert.deepEqual(valuesOf(fields, entered({ type: '0', amount: '' })), { type: 'topstories' })
  assert.deepEqual(valueOf({ type: 'string' }, '12'), { it: '12' })
  assert.deepEqual([valueOf({ type: 'boolean' }, 'on'), valueOf({ type: 'boolean' })], [{ it: true }, { it: false }])
})

test('an enum gives its value, whatever its type; one that is optional can be left out', () => {
  assert.deepEqual(valueOf({ enum: [1, null, 'a'] }, '1'), { it: null })
  assert.deepEqual([fieldOf({ enum: ['a'] }).first, valueOf({ enum: ['a'] }, '')], ['', {}])
  assert.equal(fieldOf({ type: 'string', enum: ['a', 'b'], default: 'b' }).first, '1')
})

test("elicitation's titled choices, one or several, show titles and give values (R-EL-5)", () => {
  const titled = [
    { const: 's', title: 'Small' },
    { const: 'l', title: 'Large' },
  ]
  const one = fieldOf({ type: 'string', oneOf: titled, default: 'l' })
  assert.deepEqual([one.kind, one.first, one.options[1]], ['choice', '1', ['l', 'Large']])
  const several = { type: 'array', items: { anyOf: titled }, default: ['l'], maxItems: 2 }
  assert.deepEqual([fieldOf(several).kind, fieldOf(several).first], ['choices', ['1']])
  assert.deepEqual(valueOf(several, ['0', '1']), { it: ['s', 'l'] })
  assert.deepEqual([valueOf(several), valueOf(several, undefined, ['it'])], [{}, { it: [] }])
  assert.deepEqual(valueOf({ type: 'array', items: { type: 'string', enum: ['x'] } }, ['0']), { it: ['x'] })
})

test('a keyword that no input can honour asks for JSON and is named', () => {
  const kinds = [
    [{ type: 'object', properties: {} }, 'properties'],
    [{ type: 'array', items: { type: 'number' } }, 'items'],
    [{ type: 'string', oneOf: [{ pattern: 'a' }] }, 'oneOf'],
    [{ $ref: '#/$defs/a' }, '$ref'],
    [{ type: ['string', 'null'] }, 'type'],
    [{}, 'type'],
  ]
  for (const [part, keyword] of kinds) {
    assert.deepEqual([fieldOf(part).kind, fieldOf(part).unsupported], ['json', keyword])
  }
  assert.equal(fieldOf({ type: 'array', default: [1] }).first, '[1]')
  assert.deepEqual(valueOf({ type: 'array' }, '[1, {"a": null}]'), { it: [1, { a: null }] })
  assert.deepEqual(valueOf({ type: 'array' }, '[1,'), { it: '[1,' }, 'what is no JSON goes as it is: the server checks')
})

test('a keyword beside the properties asks for the whole object', () => {
  const fields = fieldsOf({ type: 'object', properties: { a: { type: 'string' } }, anyOf: [{ required: ['a'] }] })
  assert.deepEqual([fields.length, fields[0].kind, fields[0].unsupported, fields[0].first], [1, 'json', 'anyOf', '{}'])
  assert.deepEqual(valuesOf(fields, entered({ object: '{"a":"b"}' })), { a: 'b' })
})

test('a name that objects have of themselves is a property like others', () => {
  const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"},"hidden":{"type":"string"}}}')
  const values = valuesOf(fieldsOf(schema), entered(JSON.parse('{"__proto__":"x","hidden":"y"}')))
  assert.equal(JSON.stringify(values), '{"__proto__":"x","hidden":"y"}')
})

test('wrong sendings: one missing, one too large, one too many, one of another type', () => {
  const sent = wrongOf(HACKER_NEWS, { type: 'topstories', amount: 10 })
  assert.deepEqual(
    sent.map(({ how, values }) => [how, JSON.stringify(values)]),
    [
      ['missing', '{"amount":10}'],
      ['range', '{"type":"topstories","amount":501}'],
      ['extra', '{"type":"topstories","amount":10,"not-in-the-schema":true}'],
      ['type', '{"type":42,"amount":10}'],
    ],
  )
})

test('what a schema allows is no wrong sending', () => {
  assert.deepEqual(wrongOf({ type: 'object' }, {}), [])
  const [range, type, ...rest] = wrongOf({ properties: { n: { type: 'integer', minimum: 0 } } }, { n: 1 })
  assert.deepEqual([range.values, type.values, rest], [{ n: -1 }, { n: 'forty-two' }, []])
})

test('a block is a story only where it is an item of Hacker News, and a link only where it is of the web', () => {
  const item = { title: 'A title', url: 'https://example.com/a', by: 'b', score: 3, time: 1_573_504_086 }
  const story = (change) => storyOf({ type: 'text', text: JSON.stringify({ ...item, ...change }) })
  assert.equal(story().href, 'https://example.com/a')
  assert.deepEqual([story().host, story().date.slice(0, 10)], ['example.com', '2019-11-11'])
  assert.equal(story({ url: 'http://example.com/' }).href, 'http://example.com/')
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a/b', '/a', 5, undefined])
    assert.equal(story({ url, href: 'javascript:alert(1)' }).href, undefined, `${url}`)
  for (const change of [{ title: 5 }, { title: undefined }, { time: 'x' }, { time: 1e300 }])
    assert.equal(story(change), undefined, JSON.stringify(change))
  assert.equal(storyOf({ type: 'text', text: 'plain' }), undefined)
  assert.equal(storyOf({ type: 'image', data: '' }), undefined)
  assert.equal([...story({ title: '😀'.repeat(400) }).title].length, 300)
})

test('an age is told in the largest unit that fits', () => {
  const ages = [0, 59, 60, 3599, 3600, 86_399, 86_400, 31_557_600].map((seconds) => ageOf(seconds).join(' '))
  const expected = ['minutes 0', 'minutes 0', 'minutes 1', 'minutes 59', 'hours 1', 'hours 23', 'days 1', 'years 1']
  assert.deepEqual(ages, expected)
})

test('the error of a tool is a result; that of the protocol, of HTTP and of the network are none', () => {
  const content = [{ type: 'text', text: 'No.' }]
  assert.deepEqual(verdictOf({ content, isError: true }, 5), ['toolError', 'No.'])
  assert.deepEqual(verdictOf({ content }, 5), ['answered', 1, 5])
  const failed = (properties) => refusalOf(Object.assign(new Error('No.'), properties))
  assert.deepEqual(failed({ code: -32602, status: 400 }), ['protocolError', -32602, 'No.'])
  assert.deepEqual(failed({ status: 404 }), ['httpError', 404, 'No.'])
  assert.deepEqual(failed({}), ['networkError', 'No.'])
  assert.deepEqual(failed({ code: -1, isOurs: true }), ['unanswered', 'No.'])
  assert.deepEqual(refusalOf(new DOMException('', 'AbortError'), true), ['cancelled'])
})
