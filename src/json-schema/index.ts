export { checkSchema, type CheckedSchema } from './check-schema.ts'
export { checkAgainst, type Check } from './validate.ts'
