// @ts-check
// The inputs of a form made of a schema: for tools/call, and for what a server asks.
import { make } from './page.js'

export const inputsOf = (fields) => fields.map(inputOf)

function inputOf(field) {
  const { kind, schema, required, options, unsupported } = field
  const name = make('b', {}, make('code', { translate: false }, field.name))
  const need = make('small', required ? { word: 'tool.required' } : {})
  const rules = make('code', { class: 'why schema' }, JSON.stringify({ ...schema, description: undefined }))
  const notes = make('small', {}, schema.description ?? '', ' ', rules)
  if (unsupported) notes.append(' ', make('span', { word: 'tool.json' }), ' ', unsupported)
  const isGroup = kind === 'choices' || (kind === 'choice' && options.length <= 5)
  if (isGroup) return make('fieldset', {}, make('legend', {}, name, ' ', need), notes, ...choices(field))
  return make('label', {}, make('span', {}, name, ' ', need), notes, input(field))
}

/** [value, title]; `–` leaves the field out. */
const choicesOf = ({ options, required, kind }) => [
  ...(required || kind === 'choices' ? [] : [['', '–']]),
  ...options.map(([, title], index) => [`${index}`, title]),
]

function choices(field) {
  const type = field.kind === 'choice' ? 'radio' : 'checkbox'
  const isFirst = (value) => [field.first].flat().includes(value)
  const one = (value) => make('input', { type, name: `=${field.name}`, value, checked: isFirst(value) })
  return choicesOf(field).map(([value, title]) => make('label', {}, one(value), title))
}

function input({ kind, required, first, schema, ...field }) {
  const name = `=${field.name}`
  if (kind === 'checkbox') return make('input', { type: kind, name, checked: first === true })
  if (kind === 'json') return make('textarea', { name, required, value: first })
  if (kind === 'choice') {
    const options = choicesOf({ kind, required, ...field }).map(([value, title]) => new Option(title, value))
    return Object.assign(make('select', { name }, ...options), { value: first })
  }
  const { minimum: min, maximum: max, multipleOf = schema.type === 'integer' ? 1 : 'any' } = schema
  const step = (min ?? 0) % multipleOf ? 'any' : multipleOf // the steps of an input begin at its min
  return make('input', { type: kind, name, required, ...(kind === 'number' && { min, max, step }), value: first })
}
