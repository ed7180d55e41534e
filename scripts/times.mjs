// A reporter of node:test: how long each test file took, from the start of its process to its end. A line each,
// milliseconds and file. What is reported of a file itself bears the file's name.
import { relative, resolve } from 'node:path'
import { ROOT } from './parts.mjs'

export default async function* times(events) {
  for await (const { type, data } of events) {
    const isFile = type === 'test:complete' && data.nesting === 0 && data.file && resolve(ROOT, data.name) === data.file
    if (isFile) yield `${Math.round(data.details.duration_ms)} ${relative(ROOT, data.file)}\n`
  }
}
