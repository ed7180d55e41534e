// Runs a lesson's test and says what came of it. Used by course/lesson.mjs and by test/product/course.test.ts.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COURSE = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(COURSE)
/** A lesson that has not ended by then is in a loop. On a busy machine it may need longer. */
const TIME_LIMIT_MS = Number(process.env.LESSON_LIMIT_MS ?? 60_000)

/** The server that grows from lesson to lesson: a file of the learner's own. */
export const MY_SERVER = join(ROOT, 'my-server.mjs')
const GROWING = [4, 5, 6, 9, 10]

/** The lessons there are, as folders, in order. */
export function lessons() {
  const folders = readdirSync(COURSE, { withFileTypes: true }).filter((entry) => /^\d\d-/.test(entry.name))
  return folders.map(({ name }) => join(COURSE, name)).toSorted()
}

export const numberOf = (folder) => Number(basename(folder).slice(0, 2))

/** Whether a lesson goes on with the server of the lessons before. */
export const grows = (folder) => GROWING.includes(numberOf(folder))

/** The file that a learner works on: that of the lesson, or the server that grows, once it is there. */
export const workOf = (folder) => (grows(folder) && existsSync(MY_SERVER) ? MY_SERVER : join(folder, 'exercise.mjs'))

/** The title and the goal of a lesson: the heading and the quotation under it. */
export function opening(folder, lang) {
  const text = readFileSync(join(folder, `README.${lang}.md`), 'utf8')
  return { title: /^# (.+)$/m.exec(text)[1], goal: /^> (.+)$/m.exec(text)[1] }
}

/**
 * Runs the test of a lesson against a file: the exercise, the solution, or a broken copy of it. The names of the tests are
 * in the language given.
 * @returns {Promise<{ name: string, ok: boolean, message?: string, at?: string }[]>} one entry for each test, in order
 */
export async function runLesson(folder, file = join(folder, 'exercise.mjs'), lang = 'en', settings = {}) {
  const env = { ...process.env, ...settings, LESSON_FILE: file, LESSON_LANG: lang }
  delete env.NODE_TEST_CONTEXT // set inside a test: the child would speak to that test's runner instead of to us
  const reporter = new URL('reporter.mjs', import.meta.url).href
  const args = [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout', join(folder, 'exercise.test.mjs')]
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill(), TIME_LIMIT_MS)
  const [output, complaint, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve) => void child.once('close', resolve)),
  ])
  clearTimeout(timer)

  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  const results = lines.map((line) => {
    const { stack = '', ...result } = JSON.parse(line)
    return result.ok ? result : { ...result, at: place(stack, folder, file) }
  })
  if (code === 0 || results.some(({ ok }) => !ok)) return results
  // It did not get as far as a result: a syntax error, a missing export, or a loop without end.
  const message = child.signalCode ? endless(lang) : complaint.trim()
  return [...results, { name: basename(file), ok: false, message }]
}

const endless = (lang) =>
  lang === 'zh'
    ? `${TIME_LIMIT_MS / 1000} 秒还没有跑完：是不是死循环？`
    : `no end after ${TIME_LIMIT_MS / 1000} s: a loop?`

async function textOf(stream) {
  let text = ''
  for await (const piece of stream.setEncoding('utf8')) text += piece
  return text
}

// The first line of the stack that is the learner's or the test's own, with the code that stands there.
function place(stack, folder, file) {
  for (const [, url, line] of stack.matchAll(/(file:\/\/[^\s)]+?):(\d+):\d+/g)) {
    const path = fileURLToPath(url)
    if (path !== file && dirname(path) !== folder) continue
    return `${basename(path)}:${line}  ${readFileSync(path, 'utf8').split('\n')[line - 1].trim()}`
  }
  return undefined
}
