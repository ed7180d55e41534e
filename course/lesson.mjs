// npm run lesson [number] [hint] [solution] [watch] [start] [zh|en]. Words may be written with dashes: --hint, --lang=zh.
// npm run lesson check [file or URL] [zh|en]: holds any server, in any language, against the stages of the course.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { grows, lessons, MY_SERVER, numberOf, opening, runLesson, workOf } from './run.mjs'

const TEXT = {
  en: {
    progress: 'Progress',
    next: (number) => `Next: npm run lesson ${number}`,
    all: 'Every lesson there is has been solved.',
    took: (seconds) => `All tests together: ${seconds} s`,
    made: 'my-server.mjs is yours from here on: it was made from exercise.mjs of this lesson.',
    kept: (path) => `What it was before is in ${path}.`,
    last: 'That was the last lesson. npm run lesson check holds your server against all stages.',
    watching: 'Watching the file. Ctrl-C ends it.',
    none: (word) => `There is no lesson ${word}. Without a number: npm run lesson lists what there is.`,
    file: (path) => `File: ${path}`,
    done: (count) => `All ${count} tests pass. Well done.`,
    passed: (count, of) => `${count} of ${of} tests pass. The first that does not:`,
    hint: 'Hint',
    wantHint: (number) => `A hint: npm run lesson ${number} hint`,
  },
  zh: {
    progress: '进度',
    next: (number) => `下一步：npm run lesson ${number}`,
    all: '现有的课全部完成。',
    took: (seconds) => `所有测试一共用了 ${seconds} 秒`,
    made: 'my-server.mjs 从现在起归你了：它是照这一课的 exercise.mjs 建的。',
    kept: (path) => `原来的那份存成了 ${path}。`,
    last: '这是最后一课了。npm run lesson check 会拿你的服务器过一遍所有的关。',
    watching: '正在盯着这个文件，按 Ctrl-C 结束。',
    none: (word) => `没有第 ${word} 课。不带数字运行 npm run lesson，可以看到有哪些课。`,
    file: (path) => `文件：${path}`,
    done: (count) => `${count} 个测试全部通过，漂亮。`,
    passed: (count, of) => `${of} 个测试通过了 ${count} 个。第一个没过的是：`,
    hint: '提示',
    wantHint: (number) => `想看提示：npm run lesson ${number} hint`,
  },
}
const MESSAGE_LINES = 16

// npm keeps words that begin with a dash to itself, and PowerShell swallows `--`: plain words always arrive.
const words = process.argv.slice(2).map((word) => word.replace(/^--?(lang=)?/, ''))
const lang = words.find((word) => word in TEXT) ?? systemLanguage()
const say = TEXT[lang]
const has = (word) => words.includes(word)
const [number] = words.filter((word) => !['hint', 'solution', 'watch', 'start', 'zh', 'en'].includes(word))

if (has('check')) await check()
else if (number === undefined) await progress()
else await lesson(lessons().find((folder) => numberOf(folder) === Number(number)))

function systemLanguage() {
  const locale = process.env.LC_ALL || process.env.LANG || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh/i.test(locale) ? 'zh' : 'en'
}

// Read from the tests each time: what is not stored cannot be out of date.
async function progress() {
  console.log(say.progress)
  const began = performance.now()
  let next
  for (const folder of lessons()) {
    const results = await runLesson(folder, workOf(folder), lang)
    const passed = results.filter(({ ok }) => ok).length
    const done = passed === results.length
    if (!done) next ??= numberOf(folder)
    console.log(`  ${done ? '●' : '○'} ${opening(folder, lang).title}  ${passed}/${results.length}`)
  }
  console.log(next === undefined ? say.all : say.next(next))
  console.log(say.took(((performance.now() - began) / 1000).toFixed(1)))
}

async function check() {
  const { checkServer } = await import('./stages/check.mjs')
  const target = words.find((word) => /^https?:|\.m?js$/.test(word)) ?? MY_SERVER
  process.exitCode = (await checkServer(target, lang, console.log)) ? 0 : 1
}

async function lesson(folder) {
  process.exitCode = 1
  if (folder === undefined) return console.log(say.none(number))
  const isOwn = !has('solution')
  if (isOwn && grows(folder)) takeMyServer(folder)
  const file = isOwn ? workOf(folder) : join(folder, 'solution.mjs')
  const { title, goal } = opening(folder, lang)
  console.log(`${title}\n${goal}\n${say.file(relative(process.cwd(), file))}\n`)
  const run = () => tell(folder, file)
  if (has('watch')) follow(file, run)
  else await run()
}

/** The server that grows begins with the exercise of the lesson in which it is first asked for, or again with `start`. */
function takeMyServer(folder) {
  const isThere = existsSync(MY_SERVER)
  if (isThere && !has('start')) return
  const before = nameForOld()
  if (isThere) renameSync(MY_SERVER, before)
  copyFileSync(join(folder, 'exercise.mjs'), MY_SERVER)
  rmSync(recordOf(folder), { force: true }) // a file for an earlier lesson was no try at this one
  console.log(say.made)
  if (isThere) console.log(say.kept(relative(process.cwd(), before)))
  console.log()
}

/** my-server.before.mjs, or with the next free number: nothing a learner wrote is ever overwritten. */
function nameForOld() {
  const nameOf = (count) => MY_SERVER.replace(/\.mjs$/, count === 1 ? '.before.mjs' : `.before-${count}.mjs`)
  let count = 1
  while (existsSync(nameOf(count))) count++
  return nameOf(count)
}

/** Runs the tests of a lesson, and tells what came of them. */
async function tell(folder, file) {
  const isOwn = !has('solution')
  const results = await runLesson(folder, file, lang)
  const failed = results.find(({ ok }) => !ok)
  const tries = isOwn ? countTries(folder, file, failed) : 0
  process.exitCode = failed === undefined ? 0 : 1
  if (failed === undefined) {
    const next = lessons().find((other) => numberOf(other) > numberOf(folder))
    return console.log(`${say.done(results.length)}\n${next ? say.next(numberOf(next)) : say.last}`)
  }
  console.log(say.passed(results.filter(({ ok }) => ok).length, results.length))
  console.log(`  ✗ ${failed.name}`)
  if (failed.at) console.log(`    ${failed.at}`)
  for (const line of (failed.message ?? '').split('\n').slice(0, MESSAGE_LINES)) console.log(`    ${line}`)
  if (tries < 2 && !has('hint')) return console.log(`\n${say.wantHint(numberOf(folder))}`)
  console.log(`\n${say.hint}\n${readFileSync(join(folder, `hint.${lang}.md`), 'utf8').trim()}`)
}

/** Runs, and again each time the file has another content. Its folder is watched: some editors write a new file. */
function follow(file, run) {
  let last = versionOf(file)
  let running = run()
  const look = async () => {
    const version = versionOf(file)
    if (version === undefined || version === last) return
    last = version
    console.log(`\n${new Date().toLocaleTimeString()}`)
    await run()
  }
  watch(dirname(file), () => (running = running.then(look)))
  console.log(`${say.watching}\n`)
}

function versionOf(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return undefined // between two versions
  }
}

// A try is a version of the file that failed; running the same one again is no new try, and my-server.mjs as it is made
// for the lesson is none. Kept where npm keeps its own.
function countTries(folder, file, failed) {
  const record = recordOf(folder)
  if (failed === undefined) {
    rmSync(record, { force: true })
    return 0
  }
  const asMade = grows(folder) ? versionOf(join(folder, 'exercise.mjs')) : undefined
  const versions = new Set([...versionsIn(record), versionOf(file)])
  versions.delete(asMade)
  mkdirSync(dirname(record), { recursive: true })
  writeFileSync(record, JSON.stringify([...versions]))
  return versions.size
}

function recordOf(folder) {
  const place = fileURLToPath(new URL('../node_modules/.cache/sse-mcp-lessons/', import.meta.url))
  return join(place, `${basename(folder)}.json`)
}

function versionsIn(record) {
  try {
    return JSON.parse(readFileSync(record, 'utf8'))
  } catch {
    return [] // no try yet
  }
}
