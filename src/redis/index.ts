export type { RedisClient } from './connection.ts'
export { redisEngine, type RedisEngineOptions } from './engine.ts'
