// Loaded by `--import` before anything else, it holds every message that a server of this process sends against the
// official JSON Schema of its revision, when the process ends. A message that does not fit is printed, and the process
// fails. With SSE_MCP_MESSAGES, the path of a folder, it leaves its counts there for scripts/test.mjs.
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { violations } from '../conformance/schema/rules.mjs'
import { watch } from '../conformance/schema/traffic.mjs'

/** Tools of tests that break the schema knowingly: the test's file, what is in the message, and the rule. */
const ON_PURPOSE = [
  // The servers of planted mistakes, which `sse-mcp check` must find.
  ['check.test.ts', '"id":"7"', /it answers no request/],
  ['check.test.ts', 'not JSON', /JSONRPCMessage: it must be object/],
  ['check.test.ts', '"inputSchema":{"type":"array"', /inputSchema\/type/],
  // What a reader who stopped had got of an answer until it was cut.
  ['frameworks.test.mjs', 'not JSON', /JSONRPCMessage: it must be object/],
]

const program = basename(process.argv[1] ?? '')
const isTest = /\.test\.m?[jt]s$/.test(program)

/** These watch the same calls themselves, and have each of them fail: what they would see is our own watching. */
const WATCH_THEMSELVES = ['faults.test.ts']

/** One of several nodes: what it says may answer a request that came to another process. */
const isOneOfSeveral = process.env.NODE_ID !== undefined
const ANSWERS_NONE = /it answers no request/

const messages = WATCH_THEMSELVES.includes(program) ? () => [] : watch(whenFirst)

function whenFirst() {
  // A process that is ended by a signal never comes to its exit, unless it takes the signal itself.
  if (isTest) return
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.prependListener(signal, function end() {
      if (process.listenerCount(signal) > 1) return
      report()
      process.off(signal, end).kill(process.pid, signal)
    })
}

process.once('exit', report)

let isReported = false

function report() {
  if (isReported) return
  isReported = true
  const counts = {}
  const problems = []
  let onPurpose = 0
  for (const { revision, message, methods } of messages()) {
    counts[revision] = (counts[revision] ?? 0) + 1
    const all = violations(revision, message, methods)
    const rules = isOneOfSeveral ? all.filter((rule) => !ANSWERS_NONE.test(rule)) : all
    if (rules.length === 0) continue
    const text = JSON.stringify(message) ?? 'not JSON'
    if (isOnPurpose(text, rules)) onPurpose++
    else problems.push(describe(revision, methods, rules, text))
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (total === 0) return
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  const list = Object.entries(counts).map(([revision, count]) => `${count} of ${revision}`)
  const excused = onPurpose > 0 ? `, ${onPurpose} break them on purpose` : ''
  // Only a test's own words: what a program prints that a test has started is looked at by that test.
  const fit = `${total - problems.length - onPurpose} of ${total} messages fit their schemas${excused}`
  if (isTest) process.stderr.write(`${program}: ${fit} (${list.join(', ')})\n`)
  const folder = process.env.SSE_MCP_MESSAGES
  if (folder)
    writeFileSync(join(folder, `${process.pid}-${Date.now()}.json`), JSON.stringify({ counts, problems, onPurpose }))
  if (problems.length > 0) process.exitCode = 1
}

const isOnPurpose = (text, rules) =>
  ON_PURPOSE.some(([file, has, rule]) => file === program && text.includes(has) && rules.every((one) => rule.test(one)))

function describe(revision, methods, rules, text) {
  const answers = methods.length > 0 ? `, answer to ${methods.join(' or ')}` : ''
  return [
    `${program}: a message does not fit the schema of ${revision}${answers}.`,
    ...rules,
    text.slice(0, 2_000),
  ].join('\n  ')
}
