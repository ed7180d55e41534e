// What the course has beside its exercises: pictures, the talk, the hand-out, and words that a search finds.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drawn } from '../../course/draw.mjs'
import { CALLS, handout, languages, STREAM } from '../../course/handout.mjs'
import { lessons } from '../../course/run.mjs'
import { createParser } from '../../course/02-the-format-to-the-last-byte/solution.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COURSE = join(ROOT, 'course')
const read = (file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n')
const prose = (text) => text.replace(/^```.*\n[^]*?^```$/gm, '').replace(/`[^`\n]+`|\]\([^)]+\)|<[^>]+>/g, '')

test('each picture is what its script draws, and a lesson says in words what it shows', async () => {
  const pictures = await drawn()
  assert.ok(pictures.length >= 4)
  for (const [file, svg] of pictures) {
    assert.equal(read(file), svg, `${file}: node course/draw.mjs`)
    assert.doesNotMatch(svg, /<script|href=|url\(http|NaN|undefined/)
    for (const lang of ['en', 'zh']) {
      const text = read(join(dirname(file), `README.${lang}.md`))
      const [, words] = new RegExp(`!\\[([^\\]]+)\\]\\(${basename(file)}\\)`).exec(text) ?? []
      assert.ok(words?.length > 40, `${file}: the text equivalent, ${lang}`)
    }
  }
})

// What learners ask, by the words that they see. Each is found in the texts of both languages, so by any search, too.
const MESSAGES = {
  1: ['Aborting the connection', 'onmessage'],
  2: ['Unexpected end of JSON input'],
  3: ['"[DONE]" is not valid JSON'],
  4: ['X-Accel-Buffering: no'],
  5: ['No transport found for sessionId', 'stream is not readable'],
  7: [
    'SSE error: Non-200 status code (405)',
    'Invalid or missing MCP session ID for SSE',
    'Invalid content type, expected "text/event-stream"',
    'Invalid server type',
    'No transport found for sessionId',
    'Unknown session: its stream is closed. Open GET /sse again.',
    'stream is not readable',
    'Connection refused',
    'ECONNREFUSED',
  ],
  8: ['X-Accel-Buffering: no', 'TCP segment of a reassembled PDU'],
}

test('the messages that learners meet are found where they are explained, in both languages', () => {
  for (const folder of lessons())
    for (const message of MESSAGES[Number(basename(folder).slice(0, 2))] ?? [])
      for (const lang of ['en', 'zh']) {
        const texts = [`README.${lang}.md`, `hint.${lang}.md`].map((name) => read(join(folder, name)))
        assert.ok(texts.join('\n').includes(message), `${message}: ${basename(folder)}, ${lang}`)
      }
})

const talks = Object.fromEntries(['en', 'zh'].map((lang) => [lang, read(join(COURSE, `talk.${lang}.md`))]))
const partsOf = (talk) => [...talk.matchAll(/^## (\d+)–(\d+) · .+\n\n((?:- .+\n)+)/gm)]

test('the talk takes 45 minutes without a gap, and each part says all that a speaker needs', () => {
  for (const [lang, talk] of Object.entries(talks)) {
    const parts = partsOf(talk)
    const ends = parts.map(([, , end]) => end)
    assert.deepEqual(
      parts.map(([, start]) => start),
      ['0', ...ends.slice(0, -1)],
    )
    assert.equal(ends.at(-1), '45')
    const items = { en: ['Scene', 'Command', 'Say', 'Ask', 'Wrong answers', 'Without network'] }
    items.zh = ['场景', '命令', '讲', '问', '常见的错', '没有网络']
    for (const [heading, , , list] of parts) {
      const begins = [...list.matchAll(/^- ([^：:，,]+)/gm)].map(([, begin]) => begin)
      assert.deepEqual(begins, items[lang], heading)
    }
  }
})

test('each scene and each command of the talk is there', () => {
  const scenes = join(ROOT, 'web/laboratory/scenes')
  const scripts = Object.keys(JSON.parse(read(join(ROOT, 'package.json'))).scripts)
  for (const talk of Object.values(talks)) {
    const named = [...talk.matchAll(/#present=1&scene=(\w+)/g)].map(([, name]) => name)
    assert.deepEqual([...new Set(named)], ['pipe', 'event', 'cut', 'chats', 'transports'])
    if (existsSync(scenes)) for (const name of named) assert.ok(existsSync(join(scenes, `${name}.js`)), name)
    for (const [, file] of talk.matchAll(/`(?:node|tshark -n -r) ([\w./-]+)/g))
      assert.ok(existsSync(join(ROOT, file)), file)
    for (const [, name] of talk.matchAll(/`npm run (\w+)/g)) assert.ok(scripts.includes(name), name)
  }
})

test('the hand-out is what its script writes, in both languages, and needs nothing from outside', () => {
  assert.deepEqual(languages, ['en', 'zh'])
  const pages = languages.map((lang) => {
    const html = handout(lang)
    const bare = (text) => text.replaceAll(/\s+/g, '') // oxfmt breaks its lines
    assert.equal(bare(read(join(COURSE, `handout.${lang}.html`))), bare(html), 'node course/handout.mjs')
    assert.doesNotMatch(html, /<script|<style|\sstyle=|https?:/)
    for (const [, file] of html.matchAll(/href="([^"]+)"/g)) assert.ok(existsSync(resolve(COURSE, file)), file)
    return [...html.matchAll(/<(\w+)/g)].map(([, name]) => name)
  })
  assert.deepEqual(pages[1], pages[0], 'the same elements')
})

test('the stream of the hand-out is a stream: its chunks have the sizes they tell, and a parser reads its events', () => {
  const body = STREAM.filter(([, , kind]) => kind !== 'head')
    .map(([text, end]) => text + end)
    .join('')
  let rest = body
  let events = ''
  while (rest !== '') {
    const [line, size] = /^([0-9a-f]+)\r\n/.exec(rest)
    const end = line.length + Number.parseInt(size, 16)
    assert.equal(rest.slice(end, end + 2), '\r\n', `a chunk of ${size}`)
    events += rest.slice(line.length, end)
    rest = rest.slice(end + 2)
  }
  const read = []
  const { push, state } = createParser(({ type, data }) => read.push([type, data]))
  push(new TextEncoder().encode(events))
  assert.deepEqual(
    read.map(([type]) => type),
    ['endpoint', 'message'],
  )
  assert.equal(JSON.parse(read[1][1]).jsonrpc, '2.0')
  assert.equal(state.retry, 1000)
  const asked = Object.values(CALLS).map((lines) =>
    lines.filter(([mark, text]) => mark === '>' && /^(GET|POST) /.test(text)),
  )
  assert.deepEqual(
    asked.map(({ length }) => length),
    [4, 3, 1],
    'the requests are as many as the table says',
  )
})

const { terms } = JSON.parse(read(join(ROOT, 'web/glossary.json')))

test('the texts use the words of the glossary', () => {
  const mine = ['00', '03', '07', '08'].map((begin) => readdirSync(COURSE).find((name) => name.startsWith(begin)))
  for (const lang of ['en', 'zh']) {
    const files = mine.flatMap((folder) => [`${folder}/README.${lang}.md`, `${folder}/hint.${lang}.md`])
    for (const file of [...files, `talk.${lang}.md`, `handout.${lang}.html`]) {
      const text = prose(read(join(COURSE, file)))
      for (const term of terms)
        for (const bad of term.not[lang]) {
          const [found] = new RegExp(`.{0,20}(?:${bad}).{0,20}`, 'i').exec(text) ?? []
          assert.equal(found, undefined, `${file}: say ${term[lang]}`)
        }
    }
  }
})
