// The figures and outputs of lesson 8, computed anew where tshark is. course/figures.mjs gathers those of all lessons.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tshark } from '../../scripts/parts.mjs'

const CAPTURE = fileURLToPath(new URL('session.pcap', import.meta.url))
const script = readFileSync(new URL('../../docs/wireshark/sse.lua', import.meta.url), 'utf8')
const text = readFileSync(CAPTURE).toString('latin1')
const [, size, event] = /([0-9a-f]+)\r\n(event: endpoint\n[^]*?\n\n)\r\n/.exec(text)
const [, retry] = /\r\n[0-9a-f]+\r\n(retry: \d+\n\n)\r\n/.exec(text)

export const computed = {
  endpointBytes: Number.parseInt(size, 16),
  endpointChunk: `${size}\r\n${event}\r\n`.length,
  retryBytes: retry.length,
  linesOfScript: script
    .trimEnd()
    .split('\n')
    .filter((line) => !/^--[<>]/.test(line)).length,
}

export const given = {
  'this course: lessons, minutes': ['2', '8', '40'],
  'the month of the captured session': ['2025'],
  'status codes': ['200', '202'],
  'the standard of HTTP/1.1': ['9112'],
  'what a tool shows of a stream that has not ended': ['0'],
}

const run = (...args) => execFileSync(tshark(), ['-n', '-r', CAPTURE, ...args], { encoding: 'utf8', stdio: 'pipe' })
const fields = (...names) => ['-T', 'fields', ...names.flatMap((name) => ['-e', name])]

/** Undefined where tshark is not: then nothing can be compared. */
export function outputs() {
  if (!tshark()) return undefined
  const shown = run('-Y', 'http', ...fields('frame.number', 'tcp.stream', 'http.request.method', 'http.response.code'))
  const eager = ['-o', 'http.desegment_body:FALSE', '-Y', 'http.response']
  const types = run(...eager, ...fields('frame.number', 'tcp.stream', 'http.response.code', 'http.content_type'))
  const followed = run('-q', '-z', 'follow,tcp,ascii,0').replaceAll('\r', '')
  const [first] = /^[0-9a-f]+\nevent: endpoint\n[^]*?\n\n\n/m.exec(followed)
  return [shown, types, first].map((block) => block.replaceAll('\r', '').trimEnd())
}
