type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
type OneOrMore<T> = T | readonly T[]

/** The part of JSON Schema that the type system follows. All of it is checked at run time. */
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

// A default fills the gap before the tool runs, so the tool always sees a value.
type Present<P, S> =
  | (S extends { required: readonly (infer R)[] } ? R : never)
  | { [K in keyof P]: P[K] extends { default: unknown } ? K : never }[keyof P]

type Flat<T> = { [K in keyof T]: T[K] }

/** What a tool gets: of a schema that is known at run time alone (from zod, say), arguments under any names. */
export type Arguments<S> = unknown extends Infer<S> ? Record<string, unknown> : Infer<S>
