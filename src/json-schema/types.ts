type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
type OneOrMore<T> = T | readonly T[]

/** The keywords of JSON Schema that the type system follows. At run time all are checked. */
export interface SchemaShape {
  readonly $schema?: string | undefined
  readonly type?: OneOrMore<TypeName> | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly properties?: Readonly<Record<string, AnySchema | boolean>> | undefined
  readonly required?: readonly string[] | undefined
  readonly items?: OneOrMore<AnySchema | boolean> | undefined
  readonly default?: unknown
}

/** A schema whose type may be an interface, which has no other keywords for the type system, or any that has. */
export type AnySchema = SchemaShape | JsonSchema

/** A JSON Schema, with any keywords. */
export interface JsonSchema extends SchemaShape {
  readonly [keyword: string]: unknown
}

/** The TypeScript type of the values that a schema accepts. What it cannot follow is `unknown`. */
export type Infer<S> = S extends false
  ? never
  : S extends { enum: readonly (infer V)[] }
    ? V
    : S extends { type: OneOrMore<infer T> }
      ? InferType<T, S>
      : unknown

type InferType<T, S> = T extends 'string'
  ? string
  : T extends 'number' | 'integer'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? (S extends { prefixItems: unknown } ? unknown : S extends { items: infer I } ? Infer<I> : unknown)[]
          : T extends 'object'
            ? S extends { properties: infer P }
              ? Flat<InferObject<P, S>>
              : Record<string, unknown>
            : unknown

type InferObject<P, S> = { [K in keyof P as K extends Present<P, S> ? K : never]: Infer<P[K]> } & {
  [K in keyof P as K extends Present<P, S> ? never : K]?: Infer<P[K]>
}

// The properties that are always there: those required, and those with a default, which is filled in before the tool
// runs.
type Present<P, S> =
  | (S extends { required: readonly (infer R)[] } ? R : never)
  | { [K in keyof P]: P[K] extends { default: unknown } ? K : never }[keyof P]

type Flat<T> = { [K in keyof T]: T[K] }

/**
 * The type of a tool's arguments. For a schema that is known at run time alone (of zod, say) they are under any names.
 */
export type Arguments<S> = unknown extends Infer<S> ? Record<string, unknown> : Infer<S>
