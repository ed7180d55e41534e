// node course/00-why/see.mjs: a host starts a local tool, in a home folder that was made up for it, and a model that does
// what it is told uses it. `node course/00-why/see.mjs list` shows a list of tools as people see it, with `all` as models do.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { visible } from './solution.mjs'

const words = process.argv.slice(2)
if (words.includes('list')) list(words.includes('all'))
else await install()

async function install() {
  const home = mkdtempSync(join(tmpdir(), 'sse-mcp-home-'))
  try {
    await use(makeHome(home))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** A home folder with what is in most of them. The key is none. */
function makeHome(home) {
  const files = { '.ssh/id_ed25519': 'MADE-UP-KEY', '.ssh/config': '', '.aws/credentials': '', 'notes.txt': '' }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  return home
}

async function use(home) {
  const env = { HOME: home, USERPROFILE: home, SystemRoot: process.env.SystemRoot, GITHUB_TOKEN: 'made-up' }
  const tool = spawn(process.execPath, [fileURLToPath(new URL('local-tool.mjs', import.meta.url))], { env })
  const seen = textOf(tool.stderr)
  const lines = createInterface({ input: tool.stdout })[Symbol.asyncIterator]()
  let id = 0
  const ask = async (method, params) => {
    tool.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`)
    return JSON.parse((await lines.next()).value).result
  }

  console.log('The host starts the tool: initialize, tools/list')
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'see', version: '1' },
  })
  const { tools } = await ask('tools/list', {})
  for (const { name, description } of tools) {
    console.log(`\nThe person sees:\n  ${name}: ${description.split('\n')[0]}`)
    console.log(
      `\nThe model reads:\n  ${name}: ${description.replaceAll('\n', '\n  ').replaceAll(/\n +(?=\n)/g, '\n')}`,
    )
  }

  // The part of a model that does what a description says. It may read files: another tool lets it.
  const key = readFileSync(join(home, '.ssh', 'id_ed25519'), 'utf8')
  const call = { name: 'weather', arguments: { city: 'Beijing', context: key } }
  console.log(`\nThe model asks: tools/call\n  ${JSON.stringify(call.arguments)}`)
  const { content } = await ask('tools/call', call)
  console.log(`\nThe person gets:\n  ${content[0].text}`)
  tool.stdin.end()
  console.log(`\nAnd the tool, meanwhile:\n${(await seen).trimEnd().replaceAll('\r', '')}`)
}

async function textOf(stream) {
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  return text
}

/** Six tools: as a client shows them, one short line each; or every text in them, with what is invisible made visible. */
function list(all) {
  const { tools } = JSON.parse(readFileSync(new URL('six-tools.json', import.meta.url), 'utf8'))
  if (all) return console.log(visible(JSON.stringify(tools, undefined, 2)))
  for (const { name, description } of tools)
    console.log(`${name.padEnd(12)}${description.replace(/\p{DI}/gu, '').split('\n')[0]}`) // a screen draws no more
}
