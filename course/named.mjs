// node:test with a name in each language, for the tests that learners run.
import { test as nodeTest } from 'node:test'
import { say } from './say.mjs'

/** @param {string} en @param {string} zh @param {() => unknown} run */
export const test = (en, zh, run) => nodeTest(say(en, zh), run)
