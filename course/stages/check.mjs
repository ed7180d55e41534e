// Holds a server against the stages, black box: it may be a file of JavaScript, or a URL, in whatever language.
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { speak } from '../say.mjs'
import { clients } from './7-clients.mjs'
import { handshake } from './5-handshake.mjs'
import { sessionless } from './10-stateless.mjs'
import { startServer } from './start.mjs'
import { stream } from './4-stream.mjs'
import { streamable } from './9-streamable.mjs'
import { tool } from './6-tool.mjs'
import { Conversation, PATIENCE_MS, Skipped, Unmet } from './wire.mjs'

/**
 * What the course teaches, a list of checks for each lesson with a server. A check may say what it rests on: `must` or
 * `should`, a sentence of the specification, and `section`, where that stands unless at the stage's `rule`. Those hold
 * for every server: `sse-mcp check` (src/cli) runs them too, where the capability is declared that a check `needs`. The
 * others are advice.
 */
export const stages = [stream, handshake, tool, clients, streamable, sessionless]

/** The tools of the server that the course builds. Of other servers it calls only what says that it changes nothing. */
const COURSE = {
  call: { name: 'get-hackernews-item', arguments: { id: 21508542 } },
  slow: { name: 'count', arguments: { to: 3 } },
}

/**
 * Where a server is asked. A URL with a path is that of every transport; without one there are the usual paths.
 * @param {string} url
 * @param {{ call?: { name: string, arguments: object }, slow?: { name: string, arguments: object }, version?: string }} [known]
 */
export function targetOf(url, known = {}) {
  const { origin, pathname } = new URL(url)
  const at = (path) => (pathname === '/' ? `${origin}${path}` : url)
  return { ticks: `${origin}/ticks`, sse: at('/sse'), mcp: at('/mcp'), ...known }
}

/** A check whose server never stops talking ends after so long. */
export const CHECK_MS = 6 * PATIENCE_MS

/**
 * Runs a check, until the signal is aborted.
 * @returns {Promise<{ outcome: 'passed' | 'skipped' | 'failed', reason?: string, lines: string[] }>} the reason in terms
 * of the wire, and all that went over it
 */
export async function runCheck({ run }, target, signal) {
  const talk = new Conversation(target.headers)
  const close = () => talk.close()
  signal?.addEventListener('abort', close)
  const { lines } = talk
  try {
    await talk.within(run(talk, target), 'an end of the conversation', CHECK_MS)
    return { outcome: 'passed', lines }
  } catch (error) {
    if (error instanceof Skipped) return { outcome: 'skipped', reason: error.message, lines }
    const { message } =
      error instanceof Unmet ? error : new Unmet(`a JSON-RPC message as it should be (${error})`, lines)
    return { outcome: 'failed', reason: message, lines }
  } finally {
    signal?.removeEventListener('abort', close)
    await talk.leave()
  }
}

/** Runs the checks of a stage, all at once: none of them shares a session with another. */
export const runStage = ({ checks }, target) => Promise.all(checks.map((check) => runCheck(check, target)))

const TEXT = {
  en: {
    noFile: (path) => `${path} is not there. npm run lesson 4 makes it; or name a file, or a URL.`,
    legend: '> sent   < response   ~ event on a stream   ! what is wanted',
    next: (number) => `What is missing first is the subject of lesson ${number}: npm run lesson ${number}`,
    all: 'All stages. Any client may come.',
  },
  zh: {
    noFile: (path) => `没有 ${path}。运行 npm run lesson 4 就会建好；也可以给一个文件名，或者一个 URL。`,
    legend: '> 发出的   < 响应   ~ 流上的事件   ! 应该是什么',
    next: (number) => `最先缺的是第 ${number} 课的内容：npm run lesson ${number}`,
    all: '所有的关都过了，什么客户端来都行。',
  },
}

/**
 * Prints how a server does. Returns whether it passes every stage.
 * @param {string} file a file, or a URL
 * @param {'en' | 'zh'} lang
 * @param {(line: string) => void} print
 */
export async function checkServer(file, lang, print) {
  speak(lang)
  const say = TEXT[lang]
  const isUrl = /^https?:/.test(file)
  const name = isUrl ? file : relative(process.cwd(), file)
  if (!isUrl && !existsSync(file)) {
    print(say.noFile(name))
    return false
  }
  const server = isUrl ? { url: file, close() {} } : await startServer(file, { TICK_MS: '50' }).catch((error) => error)
  if (server instanceof Error) {
    print(server.message)
    return false
  }
  print(`${name}  ${server.url}\n`)
  const target = targetOf(server.url, COURSE)
  let first
  try {
    for (const stage of stages) {
      const results = await runStage(stage, target)
      const passed = results.filter(({ outcome }) => outcome === 'passed').length
      const failed = results.findIndex(({ outcome }) => outcome === 'failed')
      print(
        `${failed === -1 ? '●' : '○'} ${String(stage.number).padStart(2)}  ${stage.title[lang]}  ${passed}/${results.length}`,
      )
      for (const [at, { outcome, reason }] of results.entries())
        if (outcome === 'skipped') print(`      – ${stage.checks[at][lang]}: ${reason}`)
      if (failed === -1) continue
      print(`      ✗ ${stage.checks[failed][lang]}`)
      if (first !== undefined) continue
      first = stage.number
      for (const line of results[failed].reason.split('\n')) print(`        ${line}`)
      print(`        ${say.legend}\n        ${stage.rule}`)
    }
  } finally {
    await server.close()
  }
  print(`\n${first === undefined ? say.all : say.next(first)}`)
  return first === undefined
}
