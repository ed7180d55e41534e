import { isCostly, toRegExp } from './pattern.ts'
import { parseUrl } from '../url.ts'

/** A schema that was checked, in a form that ajv compiles rightly. */
export interface CheckedSchema {
  /** The form for ajv: without annotations, and each `$ref` leads to a place in `$defs`. */
  schema: Node
  isDraft07: boolean
  /** All schemas in the given one, itself included. */
  found: ReadonlyMap<Node, Found>
  /** The places of patterns that a text could keep busy for ever. */
  costly: readonly string[]
}

/** A schema inside the given one. */
interface Found {
  /** Its place, for error messages. */
  place: string
  /** The path of the argument that it describes, where `properties` alone lead there. */
  path: readonly string[] | undefined
  /** The base URI of relative references in it. */
  base: string
  /** Its form for ajv. */
  compiled: Node
}

type Node = Record<string, unknown>

/** Whether a JSON value is an object, and no array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Fits = (value: unknown) => boolean

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']
const isSchema: Fits = (value) => typeof value === 'boolean' || isRecord(value)
const isFull: Fits = (value) => Array.isArray(value) && value.length > 0
const isNames: Fits = (value) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') && new Set(value).size === value.length
const isNamesByName: Fits = (value) => isRecord(value) && Object.values(value).every(isNames)
const isTypes: Fits = (value) => isNames(value) && isFull(value) && (value as []).every((one) => TYPES.includes(one))
const isCount: Fits = (value) => Number.isInteger(value) && (value as number) >= 0
const isAnchor: Fits = (value) => typeof value === 'string' && /^[A-Za-z_][-\w.]*$/.test(value)

const SCHEMA = 'a schema: an object, true or false'
const NAMED = 'an object of schemas'

/** The keywords of the two dialects, and what their values must be. All others are annotations. */
const RULES: readonly (readonly [keywords: string, what: string, fits: Fits])[] = [
  ['additionalItems additionalProperties contains contentSchema else if items not', SCHEMA, isSchema],
  ['propertyNames then unevaluatedItems unevaluatedProperties', SCHEMA, isSchema],
  ['allOf anyOf oneOf prefixItems', 'a list of schemas', isFull],
  ['$defs definitions dependencies dependentSchemas patternProperties properties', NAMED, isRecord],
  ['required', 'a list of names, each once', isNames],
  ['dependentRequired', 'an object of lists of names', isNamesByName],
  ['exclusiveMaximum exclusiveMinimum maximum minimum', 'a number', (value) => typeof value === 'number'],
  ['multipleOf', 'a number above 0', (value) => typeof value === 'number' && value > 0],
  ['maxContains maxItems maxLength maxProperties', 'a whole number from 0', isCount],
  ['minContains minItems minLength minProperties', 'a whole number from 0', isCount],
  ['type', `one or a list of ${TYPES.join(', ')}`, (value) => isTypes([value].flat())],
  ['deprecated readOnly uniqueItems writeOnly', 'true or false', (value) => typeof value === 'boolean'],
  [
    '$comment $dynamicRef $ref $schema description format pattern title',
    'a text',
    (value) => typeof value === 'string',
  ],
  ['$anchor $dynamicAnchor', 'a name of letters, digits and - _ .', isAnchor],
  ['enum examples', 'a list', Array.isArray],
  ['const default', '', () => true],
]
const KEYWORDS = new Map(RULES.flatMap((rule) => rule[0].split(' ').map((keyword) => [keyword, rule] as const)))
const OF_SCHEMAS = new Set(
  RULES.filter(([, what]) => what.includes('schema')).flatMap(([keywords]) => keywords.split(' ')),
)
const ONLY_2020_12 =
  /^(?:\$anchor|\$dynamic.*|(?:min|max)Contains|(?:dependent|unevaluated)[A-Z].*|prefixItems|contentSchema)$/
const REFERENCE = /^\$(?:ref|dynamicRef)$/
const NOT_COMPILED = /^(?:\$.*|definitions|format|title|description|examples|deprecated|readOnly|writeOnly)$/

const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/
const DRAFT_2020_12 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/

/**
 * Checks a schema by the rules of its dialect (2020-12, unless `$schema` names draft-07). Throws TypeError, which names
 * the place, for a schema that could not be compiled. ajv follows keywords that the standard does not have, such as
 * OpenAPI's `nullable`, and loses its way among `$id`, `$anchor` and `$dynamicRef`; so it gets to see none of these.
 */
export function checkSchema(given: unknown, where: string): CheckedSchema {
  const root = asJson(given, where)
  if (!isRecord(root)) throw new TypeError(`${where} must be a JSON Schema, an object.`)
  const dialect = String(root['$schema'] ?? 'https://json-schema.org/draft/2020-12/schema')
  const isDraft07 = DRAFT_07.test(dialect)
  if (!isDraft07 && !DRAFT_2020_12.test(dialect))
    throw new TypeError(`${where}/$schema must be that of JSON Schema 2020-12 or draft-07.`)
  const isForeign = (keyword: string) => (isDraft07 ? ONLY_2020_12.test(keyword) : keyword === 'additionalItems')
  const isKnown = (keyword: string) => KEYWORDS.has(keyword) && !isForeign(keyword)
  const isTuple = (keyword: string, value: unknown) => isDraft07 && keyword === 'items' && Array.isArray(value)
  const found = new Map<Node, Found>()
  const byUri = new Map<string, unknown>()
  const references: (() => void)[] = []
  const defs: unknown[] = []
  const costly: string[] = []

  /** Checks a schema at a place. Returns its form for ajv. */
  function read(node: unknown, outer: string, place: string, path?: readonly string[]): unknown {
    if (typeof node === 'boolean') return node
    if (!isRecord(node)) throw new TypeError(`${place} must be ${SCHEMA}.`)
    const isReference = isDraft07 && node['$ref'] !== undefined // in draft-07 the keywords beside `$ref` mean nothing
    const base = isReference ? outer : nameIt(node, outer, place)
    const compiled: Node = {}
    const here = { place, path, base, compiled }
    found.set(node, here)
    for (const [keyword, value] of Object.entries(node).filter(([name]) => isKnown(name))) {
      const [, what, fits] = KEYWORDS.get(keyword)!
      const at = `${place}/${keyword}`
      if (!fits(value) && !isTuple(keyword, value)) throw new TypeError(`${at} must be ${what}.`)
      if (keyword === 'pattern') checkPattern(value as string, at)
      if (REFERENCE.test(keyword)) references.push(() => refer(compiled, keyword, value as string, base, at))
      const inside = OF_SCHEMAS.has(keyword) ? readInside(keyword, value, at, here) : value
      if (keyword === 'default' || !(isReference || NOT_COMPILED.test(keyword))) compiled[keyword] = inside
    }
    return ownProto(compiled)
  }

  /** Checks the schemas that are the value of a keyword. */
  function readInside(keyword: string, value: unknown, place: string, { base, path }: Found): unknown {
    if (Array.isArray(value)) return value.map((one, i) => read(one, base, `${place}/${i}`))
    if (KEYWORDS.get(keyword)![1] !== NAMED) return read(value, base, place)
    const entries = Object.entries(value as Node).map(([name, one]) => {
      if (keyword === 'patternProperties') checkPattern(name, `${place}/${name}`)
      const deeper = keyword === 'properties' && path ? [...path, name] : undefined
      const isListOfNames = keyword === 'dependencies' && isNames(one)
      return [name, isListOfNames ? one : read(one, base, `${place}/${name}`, deeper)] as const
    })
    return Object.fromEntries(entries)
  }

  function checkPattern(pattern: string, place: string): void {
    if (!toRegExp(pattern)) throw new TypeError(`${place} is no regular expression of JavaScript.`)
    if (isCostly(pattern)) costly.push(place)
  }

  /** Remembers the URIs of a schema. Returns the base URI of the schemas inside it. */
  function nameIt(node: Node, outer: string, place: string): string {
    const { $id = '#', $anchor, $dynamicAnchor } = node
    const url = typeof $id === 'string' ? parseUrl($id, outer) : undefined
    if (!url || (!isDraft07 && /#./.test(String($id))))
      throw new TypeError(`${place}/$id must be a URI reference without fragment.`)
    const { href } = url
    const base = href.split('#', 1)[0]!
    if ($id !== '#' || node === root) byUri.set(href.replace(/#$/, ''), node)
    for (const anchor of isDraft07 ? [] : [$anchor, $dynamicAnchor])
      if (anchor !== undefined) byUri.set(`${base}#${String(anchor)}`, node)
    return base
  }

  /** Has a reference lead to the form of its target in `$defs`. */
  function refer(from: Node, keyword: string, ref: string, base: string, place: string): void {
    const uri = parseUrl(ref, base)?.href.replace(/#$/, '') ?? ''
    const [resource = '', fragment = ''] = uri.split('#')
    let target = fragment.startsWith('/') ? byPointer(byUri.get(resource), fragment) : byUri.get(uri)
    // Of those with one $dynamicAnchor the outermost counts: that of the whole schema, if it has one.
    const outermost = byUri.get(`${found.get(root as Node)!.base}#${fragment}`)
    if (keyword === '$dynamicRef' && [target, outermost].every((one) => anchorOf(one) === fragment)) target = outermost
    if (!isSchema(target)) throw new TypeError(`${place} ${JSON.stringify(ref)} leads nowhere in this schema.`)
    const compiled = found.get(target as Node)?.compiled ?? read(target, resource, where + fragment)
    if (!defs.includes(compiled)) defs.push(compiled)
    const $ref = `#/$defs/${defs.indexOf(compiled)}`
    from['allOf'] = [...((from['allOf'] as []) ?? []), { $ref }]
  }

  const schema = read(root, 'schema:/', where, []) as Node
  for (const lead of references) lead() // and to those references that are found on the way
  return { schema: { ...schema, $defs: { ...defs } }, isDraft07, found, costly }
}

/**
 * A schema in which a property called `__proto__` is a pattern: ajv passes over the property, but not over the pattern.
 */
function ownProto(compiled: Node): Node {
  const { properties = {}, patternProperties } = compiled as Record<string, Node>
  if (!Object.hasOwn(properties, '__proto__')) return compiled
  return Object.assign(compiled, {
    patternProperties: { ...patternProperties, '^(?:__proto__)$': properties['__proto__'] },
  })
}

const anchorOf = (node: unknown) => isRecord(node) && node['$dynamicAnchor']

const unescape = (part: string) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')

/** The value to which a JSON Pointer (RFC 6901) leads, written as the fragment of a URI. */
function byPointer(from: unknown, fragment: string): unknown {
  if (/%(?![\da-f]{2})/i.test(fragment)) return undefined
  const step = (at: unknown, name: string) => (Object.hasOwn(Object(at), name) ? (at as Node)[name] : undefined)
  return fragment.slice(1).split('/').map(unescape).reduce(step, from)
}

const MAX_DEPTH = 200 // levels

/** A copy of a JSON value. Throws TypeError for another one: a schema of zod's has functions. */
function asJson(value: unknown, place: string, depth = 0): unknown {
  if (value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return value
  if (depth > MAX_DEPTH) throw new TypeError(`${place} is nested deeper than ${MAX_DEPTH} levels.`)
  if (Array.isArray(value)) return value.map((one, i) => asJson(one, `${place}/${i}`, depth + 1))
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype === undefined || (prototype !== null && Object.getPrototypeOf(prototype) !== null))
    throw new TypeError(
      `${place} is no JSON Schema, which is plain JSON. With zod, pass z.object({ … }) itself, or z.toJSONSchema(schema).`,
    )
  const entries = Object.entries(value as Node).filter(([, one]) => one !== undefined)
  return Object.fromEntries(entries.map(([name, one]) => [name, asJson(one, `${place}/${name}`, depth + 1)]))
}
