// Words in the language of the reader: of the names of tests, and of what they say when they fail. The runner of the
// lessons sets LESSON_LANG for the process in which a test runs; `npm run lesson check` calls `speak`.
let lang = process.env.LESSON_LANG

/** @param {'en' | 'zh'} chosen */
export const speak = (chosen) => void (lang = chosen)

/** @param {string} en @param {string} zh */
export const say = (en, zh) => (lang === 'zh' ? zh : en)
