// npm run lesson [number] [hint] [solution] [zh|en]. Words may be written with dashes: --hint, --lang=zh.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lessons, opening, runLesson } from './run.mjs'

const TEXT = {
  en: {
    progress: 'Progress',
    next: (number) => `Next: npm run lesson ${number}`,
    all: 'Every lesson there is has been solved.',
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
const number = words.find((word) => !['hint', 'solution', 'zh', 'en'].includes(word))

if (number === undefined) await progress()
else await lesson(lessons().find((folder) => Number(basename(folder).slice(0, 2)) === Number(number)))

function systemLanguage() {
  const locale = process.env.LC_ALL || process.env.LANG || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh/i.test(locale) ? 'zh' : 'en'
}

// Read from the tests each time: what is not stored cannot be out of date.
async function progress() {
  console.log(say.progress)
  let next
  for (const folder of lessons()) {
    const results = await runLesson(folder)
    const passed = results.filter(({ ok }) => ok).length
    const done = passed === results.length
    if (!done) next ??= Number(basename(folder).slice(0, 2))
    console.log(`  ${done ? '●' : '○'} ${opening(folder, lang).title}  ${passed}/${results.length}`)
  }
  console.log(next === undefined ? say.all : say.next(next))
}

async function lesson(folder) {
  process.exitCode = 1
  if (folder === undefined) return console.log(say.none(number))
  const file = join(folder, words.includes('solution') ? 'solution.mjs' : 'exercise.mjs')
  const { title, goal } = opening(folder, lang)
  console.log(`${title}\n${goal}\n${say.file(relative(process.cwd(), file))}\n`)

  const results = await runLesson(folder, file)
  const failed = results.find(({ ok }) => !ok)
  const tries = words.includes('solution') ? 0 : countTries(folder, file, failed)
  if (failed === undefined) {
    process.exitCode = 0
    return console.log(say.done(results.length))
  }
  console.log(say.passed(results.filter(({ ok }) => ok).length, results.length))
  console.log(`  ✗ ${failed.name}`)
  if (failed.at) console.log(`    ${failed.at}`)
  for (const line of (failed.message ?? '').split('\n').slice(0, MESSAGE_LINES)) console.log(`    ${line}`)
  if (tries < 2 && !words.includes('hint')) return console.log(`\n${say.wantHint(Number(number))}`)
  console.log(`\n${say.hint}\n${readFileSync(join(folder, `hint.${lang}.md`), 'utf8').trim()}`)
}

// A try is a version of the file that failed; running the same one again is no new try. Kept where npm keeps its own.
function countTries(folder, file, failed) {
  const place = fileURLToPath(new URL('../node_modules/.cache/sse-mcp-lessons/', import.meta.url))
  const record = join(place, `${basename(folder)}.json`)
  if (failed === undefined) {
    rmSync(record, { force: true })
    return 0
  }
  const version = createHash('sha256').update(readFileSync(file)).digest('hex')
  const versions = new Set([...versionsIn(record), version])
  mkdirSync(dirname(record), { recursive: true })
  writeFileSync(record, JSON.stringify([...versions]))
  return versions.size
}

function versionsIn(record) {
  try {
    return JSON.parse(readFileSync(record, 'utf8'))
  } catch {
    return [] // no try yet
  }
}
