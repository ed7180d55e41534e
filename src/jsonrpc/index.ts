export * from './dispatcher.ts'
export * from './errors.ts'
export * from './message.ts'
