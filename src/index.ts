export * from './mcp/index.ts'
export * from './serve/serve.ts'
