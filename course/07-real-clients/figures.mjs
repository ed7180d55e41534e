// The figures and outputs of lesson 7. course/figures.mjs gathers those of all lessons.
import { readFileSync } from 'node:fs'

const logs = readFileSync(new URL('logs.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\r?\n\r?\n/)

export const computed = {}

export const given = {
  'this course: lessons, minutes': ['7', '40'],
  'the Node that the newest Inspector needs': ['22.19'],
  'status codes': ['200', '400', '403', '404', '405'],
}

/** The logs are compared with what happens by the lesson's own test. */
export const outputs = () => [logs.find((log) => log.startsWith('C'))]
