// @ts-check
// What a form has to ask for, by a JSON Schema. Never stricter: the other side checks.

const OBJECT = /^(type|title|description|\$schema|properties|required|additionalProperties)$/
const KNOWN =
  /^(type|title|description|default|enum|oneOf|anyOf|items|minimum|maximum|multipleOf|pattern|format|m(in|ax)(Length|Items))$/
const KINDS = { string: 'text', number: 'number', integer: 'number', boolean: 'checkbox' }

/**
 * A field for each property. `kind` is an entry of KINDS, `choice`, `choices`, or `json`, where `unsupported` names the
 * keyword for which there is no input. `first` is what it begins with; of `options`, [value, title], the index.
 */
export function fieldsOf(schema) {
  const { properties = {}, required = [] } = schema
  const unsupported = Object.keys(schema).find((key) => !OBJECT.test(key))
  if (unsupported) return [{ name: 'object', isWhole: true, kind: 'json', schema, first: '{}', unsupported }]
  return Object.entries(properties).map(([name, part]) => fieldOf(name, part, required.includes(name)))
}

function fieldOf(name, schema, required) {
  const { type, default: given } = schema
  const isArray = type === 'array'
  const options = optionsOf((isArray ? schema.items : schema) ?? {})
  const isOdd = (key) => !KNOWN.test(key) || (!options && /neOf|nyOf|items/.test(key))
  const unsupported = Object.keys(schema).find(isOdd) ?? (options || KINDS[type] ? undefined : 'type')
  const field = { name, schema, required, options, unsupported }
  if (unsupported) return { ...field, kind: 'json', first: JSON.stringify(given) ?? '' }
  if (!options) return { ...field, kind: KINDS[type], first: given ?? '' }
  const indexOf = (value) => `${options.findIndex(([each]) => each === value)}`
  if (isArray) return { ...field, kind: 'choices', first: (given ?? []).map(indexOf) }
  return { ...field, kind: 'choice', first: given === undefined ? (required ? '0' : '') : indexOf(given) }
}

function optionsOf({ enum: values, oneOf, anyOf = oneOf }) {
  if (values) return values.map((value) => [value, `${value}`])
  if (anyOf?.every((each) => 'const' in each)) return anyOf.map((each) => [each.const, each.title ?? `${each.const}`])
}

/** What was entered, each under `=name`: a form has properties of its own. An empty field is left out. @param {FormData} data */
export function valuesOf(fields, data) {
  const values = fields.map((field) => [field.name, valueOf(field, data.getAll(`=${field.name}`))])
  return fields[0]?.isWhole ? values[0][1] : Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function valueOf({ kind, options, required }, entered) {
  const [text = ''] = entered
  if (kind === 'checkbox') return text !== ''
  if (kind === 'choices') return text || required ? entered.map((index) => options[index][0]) : undefined
  if (text === '') return undefined
  if (kind === 'choice') return options[text][0]
  if (kind === 'number') return Number(text)
  return kind === 'json' ? jsonIn(text) : text
}

function jsonIn(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a schema forbids, made of what it allows: `how` is missing, range, extra or type. */
export function wrongOf({ properties = {}, required = [], additionalProperties }, values) {
  const found = []
  const add = (how, name, value) => found.push({ how, name, value, values: { ...values, [name]: value } })
  const parts = Object.entries(properties)
  if (required.length) add('missing', required[0]) // JSON leaves out what is undefined
  const [limited, { minimum, maximum = minimum - 2 } = {}] =
    parts.find(([, part]) => 'minimum' in part || 'maximum' in part) ?? []
  if (limited) add('range', limited, maximum + 1)
  if (additionalProperties === false) add('extra', 'not-in-the-schema', true)
  const [typed, { type } = {}] = parts.find(([, part]) => part.type) ?? []
  if (typed) add('type', typed, type === 'string' ? 42 : 'forty-two')
  return found
}
