// The laboratory's files, without a browser: words, colours, and what a page of ours never does.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { allWords } from './all-words.mjs'

const words = await allWords()
const FOLDER = new URL('../../../web/laboratory/', import.meta.url)
const read = (name) => readFileSync(new URL(name, FOLDER), 'utf8')
const files = readdirSync(FOLDER, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.includes('.'))
const SHARED = new URL('../../../web/shared/', import.meta.url)
const SMALL = new URL('../../../examples/native-client/', import.meta.url)
const tokens = readFileSync(new URL('tokens.css', SHARED), 'utf8')
const sources = files.filter((name) => !name.startsWith('words')).map(read)

test('no file of the page has much more than 200 lines, and all of it stays below 260 kB', (context) => {
  const sizes = files.map((name) => ({
    name,
    bytes: Buffer.byteLength(read(name)),
    lines: read(name).split('\n').length,
  }))
  const whole = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  context.diagnostic(`HTML, CSS and JS of the laboratory: ${whole.toLocaleString('en')} bytes in ${files.length} files`)
  assert.deepEqual(
    sizes.filter(({ name, lines }) => lines > 220 && !/\.(css|html)$/.test(name)),
    [],
  )
  assert.ok(whole <= 260_000, `${whole} bytes`)
})

test('what the first view loads is what index.html names, and is at most 80 kB', (context) => {
  const html = read('index.html')
  const named = [...html.matchAll(/(?:href|src)="((?!sse\/|\.\.\/)[\w/-]+\.(?:js|css))"/g)].map(([, name]) => name)
  const reached = new Set()
  const follow = (name) => {
    if (reached.has(name)) return
    reached.add(name)
    for (const [, from] of read(name).matchAll(/^import [^;]*?from '\.\/((?!sse\/)[^']+)'/gm)) follow(from)
  }
  follow('main.js')
  assert.deepEqual(named.filter((name) => name.endsWith('.js')).toSorted(), [...reached].toSorted())
  const whole =
    [...named, 'index.html'].reduce((sum, name) => sum + Buffer.byteLength(read(name)), 0) + Buffer.byteLength(tokens)
  context.diagnostic(`The first view loads ${whole.toLocaleString('en')} bytes`)
  assert.ok(whole <= 80_000, `${whole} bytes`)
})

test('every word is there in both languages, and none is empty', () => {
  const keys = (lang) =>
    Object.entries(words[lang]).flatMap(([part, its]) => Object.keys(its).map((key) => `${part}.${key}`))
  assert.deepEqual(keys('zh'), keys('en'))
  for (const lang of ['en', 'zh'])
    for (const [part, its] of Object.entries(words[lang]))
      for (const [key, text] of Object.entries(its)) assert.match(text, /\S/, `${lang} ${part}.${key}`)
})

test('both languages fill the same places of a sentence', () => {
  const places = (text) => [...text.matchAll(/\{\d\}/g)].map(String).toSorted()
  for (const [part, its] of Object.entries(words.en))
    for (const [key, text] of Object.entries(its))
      assert.deepEqual(places(words.zh[part][key]), places(text), `${part}.${key}`)
})

test('the words that the sources name are in the dictionary', () => {
  const named = sources.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:word: |label: |data-word=|data-label=|\b(?:say|t|announce)\((?:[^'"(),]+, )?)['"](\w+)\.([\w-]+)['"]/g,
      ),
    ].map(([, part, key]) => `${part}.${key}`),
  )
  assert.ok(named.length > 80, `${named.length} words found`)
  const missing = named.filter((name) => {
    const [part, key] = name.split('.')
    return words.en[part]?.[key] === undefined
  })
  assert.deepEqual(missing, [])
})

/** Contrast of two colours. WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(one, other) {
  const luminance = (hex) => {
    const whole = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(whole.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

test('text has a contrast of 4.5 at least, on all grounds and in both themes', () => {
  const [light, dark] = [...tokens.matchAll(/:root[^{]*\{([^}]*)\}/g)].map(([, block]) =>
    Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]+)/g)].map(([, name, value]) => [name, value])),
  )
  const texts = ['ink', 'quiet', 'client', 'server', 'name', 'control', 'fault', 'v0', 'v1', 'v2', 'v3']
  for (const theme of [light, { ...light, ...dark }]) {
    for (const role of texts)
      for (const ground of ['paper', 'raised', 'pipe'])
        assert.ok(
          contrast(theme[role], theme[ground]) >= 4.5,
          `${role} on ${ground}: ${contrast(theme[role], theme[ground])}`,
        )
    assert.ok(contrast(theme.mark, theme.paper) >= 3, 'what is no text: marks, borders of controls')
  }
})

test('sizes of letters and colours come from the tokens, on both pages', () => {
  const sheets = [
    ...files.filter((name) => name.endsWith('.css')).map((name) => [name, read(name)]),
    ['the small client', readFileSync(new URL('style.css', SMALL), 'utf8')],
  ]
  for (const [name, text] of sheets) {
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?=[^{]*;)|rgb\(|hsl\(/i, name)
    for (const [, size] of text.matchAll(/\bfont(?:-size)?:\s*([^;]+);/g))
      assert.match(size, /^(?:\w+ )?var\(--t\d\)|^inherit$|^var\(--present\)$|^0?\.?\d*em$/, `${name}: ${size}`)
    for (const [, role] of text.matchAll(/var\(--([\w-]+)\)/g))
      assert.ok(
        [tokens, text, ...sources].some((one) => one.includes(`--${role}`)),
        `${name}: --${role}`,
      )
  }
})

test('no markup out of text, no code out of text, nothing from elsewhere', () => {
  for (const name of files) {
    const text = read(name)
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name)
    assert.doesNotMatch(text, name.endsWith('.css') ? /@import|url\(/ : /\bstyle="|\bon\w+="/, name)
    for (const [, from] of text.matchAll(/\bfrom '([^']+)'/g)) assert.match(from, /^\.{1,2}\//, name)
  }
})
