// Arguments are judged as JSON Schema 2020-12 and draft-07 say; what is no schema is refused when the tool is defined.
/* oxlint-disable unicorn/no-thenable -- a keyword of JSON Schema */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineTool, serve, type JsonSchema, type LogEntry } from '../../../src/index.ts'
import { checkAgainst, checkSchema } from '../../../src/json-schema/index.ts'
import { post, type Json } from '../../support/wire.ts'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'
const run = () => ''

/** What a tool says of its arguments: undefined where they fit, else what is wrong. */
async function judge(inputSchema: object, given: unknown): Promise<string | undefined> {
  const tool = defineTool({ name: 'x', inputSchema: { type: 'object', ...inputSchema } as JsonSchema, run })
  const checked = (await tool.check())(given)
  return 'problem' in checked ? checked.problem : undefined
}

async function filled(inputSchema: object, given: string): Promise<string> {
  const tool = defineTool({ name: 'x', inputSchema: { type: 'object', ...inputSchema } as JsonSchema, run })
  return JSON.stringify((await tool.check())(JSON.parse(given)))
}

/** `__proto__` is a name like any other in JSON, but not in a JavaScript literal. */
const named = (name: string, value: unknown): Json => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`)

type Case = readonly [schema: unknown, fit: readonly unknown[], misfit: readonly unknown[], also?: object]

/** Of one value: the schema is that of the argument `a`, the fourth member stands beside `properties`. */
const VALUES: Record<string, readonly Case[]> = {
  'decimals are counted as they are written': [
    [{ multipleOf: 0.01 }, [19.99, 0, -4.35, 1.1, 1e22, 123456789.01], [19.999, 0.001, 1e-9]],
    [{ multipleOf: 0.1 }, [0.3, 0.7, 1, -0.6], [0.35, 1e-300]],
    [{ multipleOf: 1e-7 }, [3e-7, 1, 0.0000012], [1e-8, 3.5e-7]],
    [{ multipleOf: 0.3 }, [0.9, 3e20], [1, 0.1]],
    [{ multipleOf: 1 }, [1e308, 9007199254740991, 2.0], [1000000000000.0001, 0.5]],
    [{ multipleOf: 2 }, [1e300, 'no number'], [9007199254740991]],
    [{ multipleOf: 0.5 }, [1e308, 4.5], [4.51, 5e-324]],
    [{ multipleOf: 0.123456789 }, [0.246913578], [1e308]],
    [{ type: 'integer' }, [1, 1.0, -0, 1e300], [1.5, '1', true]],
  ],
  'keywords that the standard does not know are annotations': [
    [{ type: 'string', nullable: true }, ['x'], [null]],
    [{ nullable: true }, ['x', null, 1], []],
    [{ type: 'null', nullable: false }, [null], [1]],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }], nullable: true }, ['x', 1], [null]],
    [{ type: 'string', id: 'P' }, ['x'], [1]],
    [{ type: 'string', id: 7, $async: true, $data: '1/b', $recursiveRef: '#', example: {} }, ['x'], [1]],
    [{ type: 'integer', formatMinimum: 3, discriminator: { propertyName: 1 }, unit: [] }, [2], ['x']],
    [{ type: 'string', format: 'email' }, ['no address'], [1]],
    [{ type: 'string', format: 'made-up' }, ['x'], [1]],
    [{ constructor: 5, toString: 'x', type: 'string' }, ['x'], [1]],
    [{ const: { $ref: '#/nowhere', type: 7 } }, [{ type: 7, $ref: '#/nowhere' }], ['x']],
    [{ enum: [{ pattern: '(' }], default: { pattern: '(' }, examples: [{ type: 'x' }] }, [{ pattern: '(' }], ['x']],
  ],
  'a schema can be true or false': [
    [true, [1, null, {}], []],
    [false, [], [1, null, {}]],
    [{ items: false }, [[], 1], [[1]]],
    [{ not: true }, [], [1]],
    [{ anyOf: [false, { type: 'string' }] }, ['x'], [1]],
    [{ additionalProperties: false, properties: { b: true } }, [{ b: 1 }, {}, 1], [{ c: 1 }]],
  ],
  'type, enum, const': [
    [{ type: ['string', 'null'] }, ['x', null], [1, {}]],
    [{ enum: [] }, [], ['x', null]],
    [{ enum: ['a', 1, null, { b: [1, 2] }] }, ['a', 1, 1.0, null, { b: [1, 2] }], ['1', { b: [2, 1] }, false]],
    [{ enum: [{ b: 1, c: 2 }] }, [{ c: 2, b: 1 }], [{ b: 1 }, { b: 1, c: 2, d: 3 }]],
    [{ enum: [[false]] }, [[false]], [[0], false]],
    [{ const: 0 }, [0, -0], [false, '', null]],
    [{ const: { b: named('valueOf', 1) } }, [{ b: named('valueOf', 1) }], [{ b: named('toString', 1) }, { b: {} }]],
    [{ const: null }, [null], [0, {}]],
  ],
  'numbers and texts': [
    [{ minimum: 1.1, exclusiveMaximum: 2 }, [1.1, 1.99, 'x'], [1, 2]],
    [{ minLength: 2, maxLength: 2.0 }, ['ab', '💩💩', 7], ['a', '💩', 'abc']],
    [{ pattern: 'b' }, ['abc', 1], ['x']],
  ],
  'patterns, with the flag u and without': [
    [{ pattern: '^https\\:\\/\\/' }, ['https://x'], ['http://x']],
    [{ pattern: '^\\p{L}\\-\\p{L}$' }, ['é-你'], ['1-2', 'pL-pL']],
    [{ pattern: '^\\@.$' }, ['@💩'], ['@']],
    [{ pattern: '^[\\w-.]+$' }, ['a-b.c'], ['a b']],
    [{ pattern: '^a{,3}$' }, ['a{,3}'], ['aa']],
    [{ pattern: '^\\\\\\:$' }, ['\\:'], [':']],
    [{ pattern: '^[\\-\\_\\#]$' }, ['-', '_', '#'], ['\\']],
    [{ patternProperties: { '^x\\-': { type: 'number' } } }, [{ 'x-a': 1, y: 'z' }], [{ 'x-a': 'z' }]],
  ],
  lists: [
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1, 2], [], ['a']], [[1], ['a', 'b']]],
    [{ contains: { type: 'string' } }, [[1, 'a'], 'x'], [[], [1]]],
    [
      { contains: { const: 1 }, minContains: 2, maxContains: 3 },
      [
        [1, 1],
        [1, 0, 1, 1],
      ],
      [[1], [1, 1, 1, 1]],
    ],
    [{ contains: { const: 1 }, minContains: 0 }, [[], [2]], []],
    [{ minContains: 5 }, [[]], []],
    [
      { uniqueItems: true },
      [[1, '1', true, [1], {}], []],
      [
        [1, 1.0],
        [
          { b: 1, c: 2 },
          { c: 2, b: 1 },
        ],
        [[0], [-0]],
      ],
    ],
    [{ uniqueItems: true, items: { type: 'string' } }, [['a', 'b']], [['__proto__', '__proto__']]],
    [{ uniqueItems: true, prefixItems: [true, true], items: { type: 'string' } }, [[1, 2]], [[1, 1]]],
    [{ uniqueItems: true }, [[named('valueOf', 1), named('valueOf', 2)]], [[named('valueOf', 1), named('valueOf', 1)]]],
    [{ uniqueItems: false }, [[1, 1]], []],
    [{ prefixItems: [true], unevaluatedItems: false }, [[1], []], [[1, 2]]],
    [{ allOf: [{ prefixItems: [true, true] }], unevaluatedItems: { type: 'string' } }, [[1, 2, 'x']], [[1, 2, 3]]],
  ],
  objects: [
    [{ dependentRequired: { b: ['c'] } }, [{}, { c: 1 }, { b: 1, c: 1 }], [{ b: 1 }]],
    [{ dependentSchemas: { b: { required: ['c'] } } }, [{}, { b: 1, c: 1 }], [{ b: 1 }]],
    [{ propertyNames: { pattern: '^[a-z]$' } }, [{ a: 1 }, {}], [{ ab: 1 }]],
    [{ minProperties: 1, maxProperties: 2 }, [{ b: 1 }], [{}, { b: 1, c: 1, d: 1 }]],
    [
      { properties: { b: true }, anyOf: [{ properties: { c: true } }, true], unevaluatedProperties: false },
      [{ b: 1, c: 1 }],
      [{ b: 1, d: 1 }],
    ],
    [
      {
        if: { properties: { b: { const: 1 } }, required: ['b'] },
        then: { required: ['c'] },
        else: { required: ['d'] },
      },
      [{ b: 1, c: 1 }, { d: 1 }],
      [{ b: 1 }, { b: 2 }, {}],
    ],
    [{ then: false, else: false }, [1, {}], []],
    [{ oneOf: [{ required: ['b'] }, { required: ['c'] }] }, [{ b: 1 }], [{}, { b: 1, c: 1 }]],
  ],
  'references, wherever they lead in the schema': [
    [{ $ref: '#/$defs/p' }, ['x'], [1], { $defs: { p: { type: 'string' } } }],
    [{ $ref: '#/$defs/p', maxLength: 1 }, ['x'], ['xy', 1], { $defs: { p: { type: 'string' } } }],
    [{ $ref: '#/$defs/a~1b%25~0' }, ['x'], [1], { $defs: { 'a/b%~': { type: 'string' } } }],
    [
      { $ref: '#/properties/b/items' },
      ['x'],
      [1],
      { properties: { a: { $ref: '#/properties/b/items' }, b: { items: { type: 'string' } } } },
    ],
    [{ $ref: '#/components/schemas/p' }, ['x'], [1], { components: { schemas: { p: { type: 'string' } } } }],
    [{ $ref: '#' }, [{}, { a: {} }], [1, { a: 1 }]],
    [{ $ref: '#here' }, ['x'], [1], { $defs: { p: { $anchor: 'here', type: 'string' } } }],
    [
      { $ref: 'p.json' },
      ['x'],
      [1],
      { $id: 'https://x.example/a.json', $defs: { p: { $id: 'p.json', type: 'string' } } },
    ],
    [{ $ref: 'urn:x:1#/$defs/q' }, ['x'], [1], { $defs: { p: { $id: 'urn:x:1', $defs: { q: { type: 'string' } } } } }],
    [{ $dynamicRef: '#node' }, ['x'], [1], { $defs: { n: { $dynamicAnchor: 'node', type: 'string' } } }],
    [{ $dynamicRef: '#/$defs/n' }, ['x'], [1], { $defs: { n: { $dynamicAnchor: 'node', type: 'string' } } }],
    [
      { $ref: 'list' },
      [['x']],
      [[1]],
      {
        $defs: {
          strings: { $dynamicAnchor: 'of', type: 'string' },
          list: { $id: 'list', items: { $dynamicRef: '#of' }, $defs: { any: { $dynamicAnchor: 'of' } } },
        },
      },
    ],
    [{ $ref: '#/$defs/p' }, ['x', null], [1], { $defs: { p: { $ref: '#/$defs/q' }, q: { type: ['string', 'null'] } } }],
  ],
}

for (const [what, cases] of Object.entries(VALUES))
  test(`2020-12: ${what}`, async () => {
    for (const [schema, fit, misfit, also] of cases) {
      const whole = { properties: { a: schema }, ...also }
      for (const a of fit) assert.equal(await judge(whole, { a }), undefined, JSON.stringify({ schema, a }))
      for (const a of misfit) assert.notEqual(await judge(whole, { a }), undefined, JSON.stringify({ schema, a }))
    }
  })

test('draft-07: tuples, dependencies, definitions; nothing counts beside $ref; what came later is an annotation', async () => {
  const cases: readonly Case[] = [
    [{ items: [{ type: 'string' }], additionalItems: false }, [['a'], []], [[1], ['a', 2]]],
    [{ additionalItems: false }, [[1]], []],
    [{ dependencies: { b: ['c'], d: { required: ['e'] } } }, [{}, { b: 1, c: 1 }], [{ b: 1 }, { d: 1 }]],
    [{ $ref: '#/definitions/p', maxLength: 1 }, ['long'], [1], { definitions: { p: { type: 'string' } } }],
    [{ $ref: '#p' }, ['x'], [1], { definitions: { p: { $id: '#p', type: 'string' } } }],
    [
      { $ref: '#/definitions/q' },
      ['x'],
      [1],
      { definitions: { p: { $id: 'p/', $ref: '#/definitions/q' }, q: { type: 'string' } } },
    ],
    [{ prefixItems: [false], unevaluatedItems: false, minContains: 7, dependentRequired: 7, $anchor: 7 }, [[1]], []],
    [{ enum: [] }, [], [1]],
    [{ if: { const: 1 }, then: false }, [2], [1]],
    [{ contains: { const: 1 }, propertyNames: { maxLength: 1 } }, [[1], { b: 1 }], [[2], { bc: 1 }]],
    [{ nullable: true, type: 'string', id: 'x' }, ['x'], [null]],
  ]
  for (const [schema, fit, misfit, also] of cases) {
    const whole = { $schema: DRAFT_07, properties: { a: schema }, ...also }
    for (const a of fit) assert.equal(await judge(whole, { a }), undefined, JSON.stringify({ schema, a }))
    for (const a of misfit) assert.notEqual(await judge(whole, { a }), undefined, JSON.stringify({ schema, a }))
  }
})

for (const name of [
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  '__proto__',
])
  test(`a property ${name} is there where it is its object's own, and only there`, async () => {
    const fits = async (schema: object, given: unknown, expected: boolean) =>
      assert.equal((await judge(schema, given)) === undefined, expected, JSON.stringify([schema, given]))
    const text = named(name, { type: 'string' })
    const dynamic = { patternProperties: { '^x': true }, unevaluatedProperties: false }
    for (const $schema of [undefined, DRAFT_07]) {
      const dialect = $schema && { $schema }
      await fits({ ...dialect, properties: text }, {}, true)
      await fits({ ...dialect, properties: text }, named(name, 'x'), true)
      await fits({ ...dialect, properties: text }, named(name, 1), false)
      await fits({ ...dialect, required: [name] }, {}, false)
      await fits({ ...dialect, required: [name] }, named(name, 1), true)
      await fits({ ...dialect, properties: text, additionalProperties: false }, named(name, 'x'), true)
      await fits({ ...dialect, additionalProperties: false }, named(name, 'x'), false)
      await fits({ ...dialect, minProperties: 1 }, {}, false)
    }
    await fits({ dependentRequired: named(name, ['a']) }, {}, true)
    await fits({ dependentRequired: named(name, ['a']) }, named(name, 1), false)
    await fits({ dependentRequired: { a: [name] } }, { a: 1 }, false)
    await fits({ dependentSchemas: named(name, false) }, {}, true)
    await fits({ dependentSchemas: named(name, false) }, named(name, 1), false)
    await fits({ unevaluatedProperties: false }, named(name, 1), false)
    await fits({ properties: text, unevaluatedProperties: false }, named(name, 'x'), true)
    await fits(dynamic, named(name, 1), false)
    await fits(
      { $ref: '#/$defs/d', $defs: { d: { patternProperties: { '^x': true } } }, unevaluatedProperties: false },
      named(name, 1),
      false,
    )
    await fits({ properties: { a: { $ref: `#/$defs/${name}` } }, $defs: text }, { a: 1 }, false)
  })

test('defaults are filled in where a property is missing, also under a name that all objects inherit', async () => {
  const defaults = {
    properties: { a: { default: 1 }, constructor: { default: 'd' }, b: { $ref: '#/$defs/b', default: [] } },
  }
  const schema = { ...defaults, $defs: { b: { type: 'array' } } }
  assert.equal(await filled(schema, '{}'), '{"value":{"a":1,"constructor":"d","b":[]}}')
  assert.equal(await filled(schema, '{"constructor":7,"a":null}'), '{"value":{"constructor":7,"a":null,"b":[]}}')
  assert.equal(await filled({ properties: {}, anyOf: [defaults], $defs: schema.$defs }, '{}'), '{"value":{}}')
  const old = { ...defaults, $schema: DRAFT_07, definitions: {}, $defs: schema.$defs }
  assert.equal(await filled(old, '{}'), '{"value":{"a":1,"constructor":"d","b":[]}}')
})

test('a problem names the path, the rule, and what would be right', async () => {
  const of = (schema: object, a: unknown) => judge({ properties: { a: schema } }, { a })
  assert.equal(await of({ multipleOf: 0.01 }, 0.001), 'arguments/a must be multiple of 0.01 (rule: multipleOf)')
  assert.equal(
    await of({ enum: ['x', 'y'] }, 1),
    'arguments/a must be equal to one of the allowed values: ["x","y"] (rule: enum)',
  )
  assert.equal(await of({ const: 7 }, 1), 'arguments/a must be equal to constant: 7 (rule: const)')
  assert.equal(await of({ uniqueItems: true }, [1, 1]), 'arguments/a must NOT have duplicate items (rule: uniqueItems)')
  assert.equal(
    await of({ $ref: '#/$defs/a~b', $defs: {}, type: 'string' }, 1).catch((error) => error.message),
    'Tool x: inputSchema/properties/a/$ref "#/$defs/a~b" leads nowhere in this schema.',
  )
})

test('a schema that could not be compiled is compiled anew at the next use', async () => {
  const checked = checkSchema({ type: 'object' }, 'x')
  const check = checkAgainst(checked, 'x')
  checked.schema['type'] = 'nonsense' // stands for a fault that passes, want of memory say
  await assert.rejects(async () => check())
  checked.schema['type'] = 'object'
  assert.match(JSON.stringify((await check())(5)), /problem/)
  assert.equal(await check(), check())
})

test('unique items are found in the time that it takes to write them down, not in its square', async () => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({ i }))
  assert.equal(await judge({ properties: { a: { uniqueItems: true } } }, { a: many }), undefined)
  const again = [...many, { i: 7 }]
  assert.match((await judge({ properties: { a: { uniqueItems: true } } }, { a: again }))!, /rule: uniqueItems/)
})

const circle: Json = { type: 'object' }
circle.properties = { a: circle, b: circle }

for (const [what, schema, place] of [
  ['an unknown type', { type: 'strng' }, /a\/type must be one or a list of object, array/],
  ['a type twice', { type: ['string', 'string'] }, /a\/type must be/],
  ['no type at all', { type: [] }, /a\/type must be/],
  ['a number as text', { minimum: '1' }, /a\/minimum must be a number/],
  ["draft-04's exclusiveMinimum", { minimum: 0, exclusiveMinimum: true }, /a\/exclusiveMinimum must be a number/],
  ["draft-03's required", { required: true }, /a\/required must be a list of names/],
  ['a name required twice', { required: ['b', 'b'] }, /a\/required must be a list of names, each once/],
  ['a negative length', { minLength: -1 }, /a\/minLength must be a whole number/],
  ['half an item', { maxItems: 1.5 }, /a\/maxItems must be a whole number/],
  ['a step of nothing', { multipleOf: 0 }, /a\/multipleOf must be a number above 0/],
  ['an enum that is no list', { enum: 'a' }, /a\/enum must be a list/],
  ['properties as a list', { properties: ['b'] }, /a\/properties must be an object of schemas/],
  ['a property that is a type', { properties: { b: 'string' } }, /a\/properties\/b must be a schema/],
  ['null as a schema', { not: null }, /a\/not must be a schema/],
  ['no alternatives', { anyOf: [] }, /a\/anyOf must be a list of schemas/],
  ["draft-07's tuple in 2020-12", { items: [{}] }, /a\/items must be a schema/],
  ['a text as switch', { uniqueItems: 'true' }, /a\/uniqueItems must be true or false/],
  ['a number as title', { title: 5 }, /a\/title must be a text/],
  ['half a pattern', { pattern: '(' }, /a\/pattern is no regular expression/],
  ["Python's pattern", { pattern: '(?P<x>a)' }, /a\/pattern is no regular expression/],
  ['a broken pattern as name', { patternProperties: { '[': {} } }, /patternProperties\/\[ is no regular expression/],
  ['a reference to nowhere', { $ref: '#/$defs/Nope' }, /a\/\$ref "#\/\$defs\/Nope" leads nowhere/],
  ['an anchor to nowhere', { $ref: '#nope' }, /leads nowhere/],
  ['the anchor that no schema has', { $ref: '#undefined' }, /leads nowhere/],
  ['a reference into Object', { $ref: '#/constructor' }, /leads nowhere/],
  ['a reference to no schema', { $ref: '#/type' }, /leads nowhere/],
  ['a reference that is no URI', { $ref: '#/%zz' }, /leads nowhere/],
  ['a reference to somebody else', { $ref: 'https://x.example/a.json' }, /leads nowhere/],
  ['a dynamic reference to nowhere', { $dynamicRef: '#nope' }, /\$dynamicRef "#nope" leads nowhere/],
  ['an anchor that is none', { $anchor: '#a' }, /a\/\$anchor must be a name/],
  ['an id with a fragment', { $id: '#a' }, /a\/\$id must be a URI reference/],
  ['a fault behind a reference', { $ref: '#/x/y', x: { y: {} } }, /leads nowhere/],
  ['names that are none', { dependentRequired: { b: 'c' } }, /a\/dependentRequired must be an object of lists/],
  ['a function', { validate: () => true }, /a\/validate is no JSON Schema.*z\.toJSONSchema/],
  ['a date', { default: new Date(0) }, /a\/default is no JSON Schema/],
  ['a bigint', { maximum: 5n }, /a\/maximum is no JSON Schema/],
  ['no number', { maximum: Number.NaN }, /a\/maximum is no JSON Schema/],
  ['itself', { properties: circle.properties }, /nested deeper than/],
] as const)
  test(`defineTool refuses ${what}, and says where`, () => {
    const inputSchema = { type: 'object', properties: { a: schema } } as unknown as JsonSchema
    const input = () => defineTool({ name: 'price', inputSchema, run })
    assert.throws(input, { name: 'TypeError', message: place })
    assert.throws(input, { message: /^Tool price: inputSchema\/properties\// })
    const outputSchema = inputSchema
    const output = () => defineTool({ name: 'price', inputSchema: { type: 'object' }, outputSchema, run: () => 'x' })
    assert.throws(output, { name: 'TypeError', message: /^Tool price: outputSchema\/properties\// })
  })

// As zod makes them: an object with methods, and JSON with a property that JSON.stringify does not see.
class ZodObject {
  _def = { type: 'object' }
  type = 'object'
  parse(): void {}
}

test("a validator is no JSON Schema; what zod's toJSONSchema, TypeBox and Object.create(null) make is one", async () => {
  const define = (inputSchema: unknown) => defineTool({ name: 'x', inputSchema: inputSchema as JsonSchema, run })
  const standard = { version: 1, validate: () => {} }
  for (const validator of [
    new ZodObject(),
    { type: 'object', properties: { a: new ZodObject() } },
    { a: new ZodObject() },
    { type: 'object', '~standard': standard },
    Object.assign(() => {}, { type: 'object' }),
    new Map(),
    Symbol('schema'),
  ])
    assert.throws(() => define(validator), {
      name: 'TypeError',
      message: /^Tool x: inputSchema.*z\.toJSONSchema\(schema\)/,
    })
  const json = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] }, b: undefined },
    required: ['a'],
    additionalProperties: false,
    [Symbol('TypeBox.Kind')]: 'Object',
  }
  Object.defineProperty(json, '~standard', { value: standard, enumerable: false })
  const check = await define(json).check()
  assert.deepEqual(check({ a: null }), { value: { a: null } })
  assert.ok('problem' in check({ a: 1 }))
  assert.ok(define(Object.assign(Object.create(null), { type: 'object' })))
})

test('a pattern that a text could keep busy for ever is warned of once, when the server is made', async () => {
  const properties = {
    slug: { type: 'string', pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$' },
    words: { type: 'string', pattern: '^(\\w+\\s?)*$' },
    same: { type: 'string', pattern: '(a|a)*b' },
  } as const
  const nested = { type: 'object', patternProperties: { '((x+)y?)+': true } } as const
  const tool = defineTool({ name: 'slow', inputSchema: { type: 'object', properties }, outputSchema: nested, run })
  const log: LogEntry[] = []
  const { url, close } = await serve({
    name: 'x',
    version: '1',
    tools: [tool],
    port: 0,
    log: (entry) => log.push(entry),
  })
  await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' })
  await close()
  const warned = log.filter(({ reason }) => reason === 'costly-pattern')
  assert.deepEqual(
    warned.map(({ level, tool: name, place }) => [level, name, place]),
    [
      'inputSchema/properties/words/pattern',
      'inputSchema/properties/same/pattern',
      'outputSchema/patternProperties/((x+)y?)+',
    ].map((place) => ['warn', 'slow', `Tool slow: ${place}`]),
  )
})
