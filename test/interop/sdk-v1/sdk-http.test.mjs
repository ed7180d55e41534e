// The official SDK's client against the product and against a server of the product's parts, over Streamable HTTP.
// Needs: sdk-v1
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test as nodeTest } from 'node:test'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { connect } from './client.mjs'
import { deferred, startFixture, startProduct } from './server.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 120_000 }, run)
const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25']

let product
let fixture
before(async () => {
  product = await startProduct()
  fixture = await startFixture()
})
after(() => Promise.all([product?.close(), fixture?.close()]))

/** Connects, and disconnects when the test is over. */
async function connected(t, base, path, options) {
  const connection = await connect(base, { Transport: StreamableHTTPClientTransport, path, ...options })
  t.after(() => connection.close())
  return connection
}

/** Connects, and waits until the client's own GET has its stream: what is told from then on is heard. */
async function listening(t, server, path, options) {
  const opened = server.nextRequest(({ method }) => method === 'GET')
  const connection = await connected(t, server.url, path, options)
  await opened
  return connection
}

const textOf = ({ content }) => content[0].text

// Any URL answers any client: HTTP+SSE's own serves Streamable HTTP too.
for (const path of ['/mcp', '/sse']) {
  for (const revision of REVISIONS)
    test(`${path}, revision ${revision}: the client shakes hands, lists and calls the tool, in one session`, async (t) => {
      const { client, call, negotiated, requests, transport } = await connected(t, product.url, path, { revision })
      assert.equal(negotiated, revision)
      const { tools } = await client.listTools()
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['get-hackernews-top-stories'],
      )
      const { content, isError } = await call(tools[0].name, { type: 'beststories', amount: 2 })
      assert.equal(isError, undefined)
      const stories = content.filter(({ text }) => text.startsWith('{')).map(({ text }) => JSON.parse(text))
      assert.deepEqual(
        stories.map(({ type }) => type),
        ['story', 'story'],
      )

      assert.match(transport.sessionId, /^[\x21-\x7e]+$/)
      const [first, ...later] = requests
      assert.equal(first.headers.get('mcp-session-id'), null)
      for (const { headers, url, status } of later) {
        assert.deepEqual(
          [new URL(url).pathname, headers.get('mcp-session-id'), headers.get('mcp-protocol-version')],
          [path, transport.sessionId, revision],
        )
        assert.ok(status < 300, `${status}`)
      }
    })

  test(`R-PG-2, ${path}: progress is heard in order, before the answer`, async (t) => {
    const { call, received } = await connected(t, fixture.url, path)
    const heard = []
    const result = await call('count', { to: 5 }, { onprogress: ({ progress }) => heard.push(progress) })
    assert.equal(textOf(result), 'counted to 5')
    const steps = [1, 2, 3, 4, 5]
    assert.deepEqual(
      received.filter(({ method }) => method).map(({ params }) => params.message),
      steps.map((step) => `step ${step}`),
    )
    assert.ok('result' in received.at(-1))
    // The client drops what it reads together with the answer; a busy machine may join two reads now and then.
    assert.ok(heard.length > 0)
    assert.deepEqual(heard, steps.slice(0, heard.length))
  })

  test(`${path}: resources, their templates, prompts and completions`, async (t) => {
    const { client } = await connected(t, fixture.url, path)
    const { resources } = await client.listResources()
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ['memo://note'],
    )
    const read = async (uri) => (await client.readResource({ uri })).contents
    assert.deepEqual(await read('memo://note'), [{ uri: 'memo://note', mimeType: 'text/plain', text: 'Buy milk.' }])
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.equal(resourceTemplates[0].uriTemplate, 'memo://greeting/{name}')
    assert.equal((await read('memo://greeting/Ada%20L'))[0].text, 'Hello, Ada L.')
    await assert.rejects(read('memo://nothing'), { code: -32002 })

    const { prompts } = await client.listPrompts()
    assert.deepEqual(prompts[0].arguments, [{ name: 'about', required: true }])
    const { messages } = await client.getPrompt({ name: 'poem', arguments: { about: 'streams' } })
    assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: 'Write a poem about streams.' } }])
    await assert.rejects(client.getPrompt({ name: 'poem' }), { code: -32602 })

    const ref = { type: 'ref/resource', uri: 'memo://greeting/{name}' }
    const { completion } = await client.complete({ ref, argument: { name: 'name', value: 'A' } })
    assert.deepEqual(completion.values, ['Ada', 'Alan'])
  })

  test(`R-EL-1, ${path}: a tool asks on its own stream, and the client's answer reaches it`, async (t) => {
    const asked = []
    const answer = ({ params }) => {
      asked.push(params.message)
      return { action: 'accept', content: { city: 'Oslo' } }
    }
    const { call } = await connected(t, fixture.url, path, {
      capabilities: { elicitation: {} },
      answer: [[ElicitRequestSchema, answer]],
    })
    const result = await call('ask', { for: ['elicitation'] })
    assert.deepEqual(JSON.parse(textOf(result)), { elicitation: { action: 'accept', content: { city: 'Oslo' } } })
    assert.deepEqual(asked, ['Which city?'])
  })

  test(`R-CA-1, ${path}: AbortSignal at the client stops the tool at the server, and later calls work`, async (t) => {
    const { call, received, requests } = await connected(t, fixture.url, path)
    const key = `cancelled over HTTP, ${path}`
    const run = fixture.run(key)
    const giveUp = new AbortController()
    const calling = call('wait', { key }, { signal: giveUp.signal })
    await run.started.promise
    giveUp.abort('no longer needed')
    await assert.rejects(calling, /no longer needed/)
    assert.equal((await run.stopped.promise).name, 'AbortError')
    run.released.resolve('too late')
    assert.equal(textOf(await call('echo', { text: 'still here', turns: 3 })), 'still here')
    const { requestId } = requests.find(({ message }) => message?.method === 'notifications/cancelled').message.params
    assert.ok(Number.isInteger(requestId))
    assert.deepEqual(
      received.filter((message) => message.id === requestId),
      [],
    )
  })

  for (const [when, isAway] of [
    ['while the client is away', true],
    ['after the client has come back', false],
  ])
    test(`${path}: a call whose stream is cut gets its answer, ${when}: the client takes it up by itself`, async (t) => {
      const own = await startFixture()
      t.after(() => own.close())
      const { call, requests, received } = await connected(t, own.url, path)
      const run = own.run('cut')
      const begun = deferred()
      const calling = call('wait', { key: 'cut' }, { onprogress: begun.resolve })
      assert.equal((await begun.promise).message, 'begun')

      const back = own.nextRequest(({ method, headers }) => method === 'GET' && 'last-event-id' in headers)
      const { socket } = own.requests.findLast(({ method }) => method === 'POST')
      const gone = once(socket, 'close')
      own.cut('POST')
      await gone
      if (isAway) run.released.resolve('kept for you')
      await back
      run.released.resolve('kept for you')
      assert.equal(textOf(await calling), 'kept for you')
      assert.equal(requests.filter(({ message }) => message?.params?.name === 'wait').length, 1)
      // The first progress came before the cut, and is not said again.
      assert.equal(received.filter(({ method }) => method === 'notifications/progress').length, 1)
    })

  test(`${path}: changes are heard on the standing stream, also those told while it was cut`, async (t) => {
    const own = await startFixture()
    t.after(() => own.close())
    const { client } = await listening(t, own, path)
    let changed = deferred()
    let updated = deferred()
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve())
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updated.resolve(params.uri))
    await client.subscribeResource({ uri: 'memo://note' })
    own.changes.publish({ kind: 'toolsListChanged' })
    await changed.promise
    own.changes.publish({ kind: 'resourceUpdated', uri: 'memo://note' })
    assert.equal(await updated.promise, 'memo://note')

    changed = deferred()
    updated = deferred()
    const back = own.nextRequest(({ method, headers }) => method === 'GET' && 'last-event-id' in headers)
    const gone = once(own.requests.find(({ method }) => method === 'GET').socket, 'close')
    own.cut()
    await gone
    own.changes.publish({ kind: 'resourceUpdated', uri: 'memo://note' })
    await back
    assert.equal(await updated.promise, 'memo://note')
    own.changes.publish({ kind: 'toolsListChanged' })
    await changed.promise
  })

  test(`R-LO-2, ${path}: log messages come on the call's stream, from the level that was set`, async (t) => {
    const { client, call } = await connected(t, fixture.url, path)
    const levels = []
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void levels.push(params.level))
    await client.setLoggingLevel('warning')
    assert.equal(textOf(await call('talk', {})), 'said')
    assert.deepEqual(levels, ['warning', 'error'])
  })

  test(`${path}: terminateSession stops the session's tools, and its id is unknown from then on`, async (t) => {
    const { client, call, transport, requests } = await connected(t, fixture.url, path)
    const key = `terminated, ${path}`
    const run = fixture.run(key)
    const calling = call('wait', { key }).catch((error) => error)
    await run.started.promise
    const { sessionId } = transport
    await transport.terminateSession()
    assert.deepEqual([requests.at(-1).method, requests.at(-1).status], ['DELETE', 204])
    assert.equal((await run.stopped.promise).name, 'AbortError')

    const response = await fetch(new URL(path, fixture.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'mcp-session-id': sessionId },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    })
    assert.equal(response.status, 404)
    assert.match((await response.json()).error.message, /send initialize again/)
    await client.close()
    assert.ok((await calling) instanceof Error)
  })
}

test('the product had nothing to complain about', () => {
  assert.doesNotMatch(product.output(), /"level":"error"/)
})
