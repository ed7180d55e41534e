// node:test with a name in each language, for the tests that learners run. The runner says which: LESSON_LANG.
import { test as nodeTest } from 'node:test'

const isChinese = process.env.LESSON_LANG === 'zh'

/** @param {string} en @param {string} zh @param {() => unknown} run */
export const test = (en, zh, run) => nodeTest(isChinese ? zh : en, run)
