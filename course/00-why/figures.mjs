// The figures and outputs of lesson 0, computed anew. course/figures.mjs gathers those of all lessons.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { tools } = JSON.parse(readFileSync(new URL('six-tools.json', import.meta.url), 'utf8'))
const see = (...args) =>
  execFileSync(process.execPath, [fileURLToPath(new URL('see.mjs', import.meta.url)), ...args], { encoding: 'utf8' })

const { description } = tools.find(({ name }) => name === 'calendar')

export const computed = { lineEndsOfCalendar: description.match(/\n+/)[0].length }

export const given = {
  'this course: lessons, minutes': ['0', '30'],
  'dates of documents and of the deprecation': ['2025', '2026', '03', '23'],
  'the most servers of one request, by that document': ['10'],
}

export const outputs = () => [see().trimEnd(), see('list').trimEnd()]
