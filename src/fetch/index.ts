export { createFetchHandler, type FetchHandler, type FetchOptions } from './handler.ts'
