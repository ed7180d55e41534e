// The figures and outputs of lesson 3, computed anew. course/figures.mjs gathers those of all lessons.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { streams } = JSON.parse(readFileSync(new URL('../../data/chat-streams.json', import.meta.url), 'utf8'))
const see = (...args) =>
  execFileSync(process.execPath, [fileURLToPath(new URL('see.mjs', import.meta.url)), ...args], { encoding: 'utf8' })

const { wireBase64, text } = streams.find(({ id }) => id === 'kimi')
const characters = [...text].length
const bytes = Buffer.from(wireBase64, 'base64').length

export const computed = { kimiCharacters: characters, kimiBytesPerCharacter: (bytes / characters).toFixed(1) }

export const given = {
  'this course: lessons, minutes': ['2', '3', '5', '30'],
  'the month of the chat excerpts': ['2025'],
  'bytes of a Chinese character in UTF-8, and of an escape': ['3', '6'],
  'UTF-8': ['8'],
}

export const outputs = () => [see().trimEnd(), see('1').trimEnd(), see('2').trimEnd()]
