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
