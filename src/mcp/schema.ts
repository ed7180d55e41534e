/** The part of JSON Schema that the type system follows; ajv checks all of it at run time. */
export interface JsonSchema {
  readonly $schema?: string
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly default?: unknown
  readonly [keyword: string]: unknown
}

/** The TypeScript type of the values that a schema accepts. What it cannot follow is `unknown`. */
export type Infer<S> = S extends { enum: readonly (infer V)[] }
  ? V
  : S extends { type: 'string' }
    ? string
    : S extends { type: 'number' | 'integer' }
      ? number
      : S extends { type: 'boolean' }
        ? boolean
        : S extends { type: 'null' }
          ? null
          : S extends { type: 'array'; items: infer I }
            ? Infer<I>[]
            : S extends { type: 'object'; properties: infer P }
              ? Flat<InferObject<P, S>>
              : unknown

type InferObject<P, S> = { [K in keyof P as K extends Present<P, S> ? K : never]: Infer<P[K]> } & {
  [K in keyof P as K extends Present<P, S> ? never : K]?: Infer<P[K]>
}

// A default fills the gap before the tool runs, so the tool always sees a value.
type Present<P, S> =
  | (S extends { required: readonly (infer R)[] } ? R : never)
  | { [K in keyof P]: P[K] extends { default: unknown } ? K : never }[keyof P]

type Flat<T> = { [K in keyof T]: T[K] }

/** An argument that a request's headers repeat: `Mcp-Param-<name>` for the one at `path`. */
export interface HeaderParam {
  name: string
  path: readonly string[]
  type: 'string' | 'integer' | 'boolean'
}

/**
 * The arguments that a schema marks with `x-mcp-header`. Throws TypeError where a client would drop the tool for it
 * (2026-07-28, server/tools, "x-mcp-header"), and for a `$ref` out of the schema, which nobody would fetch.
 */
export function headerParams(schema: JsonSchema): HeaderParam[] {
  const found: HeaderParam[] = []
  walk(schema, [], ({ 'x-mcp-header': name, $ref, type }, path) => {
    if (typeof $ref === 'string' && !$ref.startsWith('#'))
      throw new TypeError(`$ref ${JSON.stringify($ref)} leads out of the schema.`)
    if (name === undefined) return
    const complaint = `x-mcp-header ${JSON.stringify(name)}`
    if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new TypeError(`${complaint} is no header name.`)
    if (type !== 'string' && type !== 'integer' && type !== 'boolean')
      throw new TypeError(`${complaint} needs type "string", "integer" or "boolean".`)
    if (!path) throw new TypeError(`${complaint} can only be reached through "properties".`)
    if (found.some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new TypeError(`${complaint} is there twice.`)
    found.push({ name, path, type })
  })
  return found
}

/** Visits a schema and all in it. The path is that of the argument, where `properties` alone lead to it. */
function walk(node: unknown, path: string[] | undefined, visit: (schema: JsonSchema, path?: string[]) => void): void {
  if (Array.isArray(node)) for (const one of node) walk(one, undefined, visit)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  visit(node as JsonSchema, path)
  for (const [keyword, value] of Object.entries(node)) {
    if (VALUES.has(keyword)) continue
    if (!NAMED_SCHEMAS.has(keyword)) walk(value, undefined, visit)
    else
      for (const [name, one] of Object.entries(value as object))
        walk(one, keyword === 'properties' && path ? [...path, name] : undefined, visit)
  }
}

const VALUES = new Set(['const', 'default', 'enum', 'examples'])
const NAMED_SCHEMAS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
