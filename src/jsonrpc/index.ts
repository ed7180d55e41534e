export * from './dispatcher.ts'
export * from './errors.ts'
export * from './maybe-promise.ts'
export * from './message.ts'
