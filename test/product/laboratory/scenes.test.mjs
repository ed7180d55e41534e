// The scenes of a talk, without a browser: what they play is what our server writes, and each step has its sentence.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { chats, cut as recordedCut, http, sse, stateless } from '../../../web/laboratory/scenes/recorded.js'
import notes from '../../../web/laboratory/words/notes.js'
import words from '../../../web/laboratory/words/scenes.js'
import { record } from './record-scenes.mjs'

const FOLDER = new URL('../../../web/laboratory/', import.meta.url)
const read = (name) => readFileSync(new URL(name, FOLDER), 'utf8')
const NAMES = /const SCENES = \{ (.*) \}/.exec(read('scenes.js'))[1].split(', ')
const stepsOf = (name) => Number(/^export const steps = (\d+)$/m.exec(read(`scenes/${name}.js`))[1])

const anew = record(20)
/** The version of the server is a figure of each release, and no part of a scene. */
const withoutVersion = (rows) => JSON.parse(JSON.stringify(rows).replaceAll(/(\\"version\\":\\")[^"\\]*/g, '$1'))

for (const [name, rows] of Object.entries({ sse, http, stateless, chats }))
  test(`${name}: what is played is what our server writes, to the byte`, async () => {
    assert.deepEqual(withoutVersion(rows), withoutVersion((await anew)[name]))
  })

test('cut: what is played is what our server writes; how many were missed is its own business', async () => {
  const again = recordedCut.findLastIndex(({ way }) => way === '↑')
  const { cut } = await anew
  assert.deepEqual(recordedCut.slice(0, again + 3), cut.slice(0, again + 3), 'all until the second hello')
  const [hello, ...ticks] = recordedCut.slice(again + 3).map(({ event }) => event)
  const [helloAnew, ...ticksAnew] = cut.slice(again + 3).map(({ event }) => event)
  assert.equal(hello, helloAnew.replace(/"replayed":\d+/, '"replayed":4'))
  const form = (event, n) => event.replaceAll(`${n}`, 'N')
  const replayed = new Set(ticksAnew.filter((event) => event.includes('replayed')))
  for (const [index, event] of ticks.entries()) {
    const n = 6 + index
    if (n < 10) assert.ok(replayed.has(event), event)
    else assert.equal(form(event, n), form(recordedCut[again - 1].event, 5))
  }
  assert.equal(ticks.length, 7)
})

test('each step of each scene has a sentence, each scene a title, notes and a text for its picture, in both languages', () => {
  for (const lang of ['en', 'zh']) {
    assert.deepEqual(Object.keys(notes[lang]), NAMES)
    for (const name of NAMES) {
      assert.ok(words[lang][name] && words[lang][`${name}-picture`])
      for (let step = 0; step <= stepsOf(name); step++) assert.ok(words[lang][`${name}-${step}`], `${name}-${step}`)
      assert.equal(words[lang][`${name}-${stepsOf(name) + 1}`], undefined)
    }
  }
})

test('each file of a scene is loaded by the talk, and by nothing before it', () => {
  const own = readdirSync(new URL('scenes/', FOLDER)).filter(
    (name) => name.endsWith('.js') && !['keys.js', 'parts.js', 'recorded.js'].includes(name),
  )
  assert.deepEqual(own.toSorted(), NAMES.map((name) => `${name}.js`).toSorted())
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.js') && file !== 'scenes.js'))
    assert.doesNotMatch(read(name), /^import .*scenes/m, name)
})
