import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snippetsFor } from '../../../web/laboratory/snippets.js'
import bar from '../../../web/laboratory/words/bar.js'
import clients from '../../../web/laboratory/words/clients.js'
import tool from '../../../web/laboratory/words/tool.js'

const textsOf = (path) => new Map(snippetsFor('http://127.0.0.1:8080/mine', path).map(({ name, text }) => [name, text]))
const configOf = (texts, name) => JSON.parse(texts.get(name))

test('every snippet names this server, with the path before it, and the door that was asked for', () => {
  for (const path of ['mcp', 'sse']) {
    const texts = textsOf(path)
    assert.equal(texts.size, 7)
    for (const [name, text] of texts) assert.ok(text.includes(`http://127.0.0.1:8080/mine/${path}`), `${name}: ${text}`)
  }
})

test('commands are those of the programs', () => {
  const url = 'http://127.0.0.1:8080/mine/'
  const [mcp, sse] = [textsOf('mcp'), textsOf('sse')]
  assert.equal(mcp.get('Claude Code'), `claude mcp add --transport http hn ${url}mcp`)
  assert.equal(sse.get('Claude Code'), `claude mcp add --transport sse hn ${url}sse`)
  const inspector = 'npx @modelcontextprotocol/inspector@2 --server-url'
  assert.equal(mcp.get('MCP Inspector'), `${inspector} ${url}mcp --transport http`)
  assert.equal(sse.get('MCP Inspector'), `${inspector} ${url}sse --transport sse`)
})

test('settings are JSON, with the type as each program spells it', () => {
  const [mcp, sse] = [textsOf('mcp'), textsOf('sse')]
  for (const texts of [mcp, sse]) {
    for (const name of ['Cherry Studio', 'Cursor', 'Cline', 'LM Studio']) assert.ok(configOf(texts, name).mcpServers.hn)
    assert.ok(!('type' in configOf(texts, 'Cursor').mcpServers.hn))
  }
  const types = (texts) => [
    configOf(texts, 'Cherry Studio').mcpServers.hn.type,
    configOf(texts, 'Cline').mcpServers.hn.type,
    configOf(texts, 'VS Code').servers.hn.type,
  ]
  assert.deepEqual(types(mcp), ['streamableHttp', 'streamableHttp', 'http'])
  assert.deepEqual(types(sse), ['sse', 'sse', 'sse'])
  assert.equal(configOf(mcp, 'Cherry Studio').mcpServers.hn.baseUrl, 'http://127.0.0.1:8080/mine/mcp')
})

test('bar, tool and clients say everything in both languages, with the same values in it', () => {
  const valuesIn = (text) =>
    text
      .match(/\{\d\}/g)
      ?.toSorted()
      .join() ?? ''
  for (const { en, zh } of [bar, tool, clients]) {
    assert.deepEqual(Object.keys(zh), Object.keys(en))
    for (const [name, text] of Object.entries(en)) {
      assert.ok(text && zh[name], name)
      assert.equal(valuesIn(zh[name]), valuesIn(text), name)
    }
  }
})
