// The official SDK 2's client in its three modes against the product and against a server of the product's parts.
// Needs: sdk-v2
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test as nodeTest } from 'node:test'
import { deferred, startFixture, startProduct } from '../sdk-v1/server.mjs'
import { connect } from './client.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 120_000 }, run)
const HACKER_NEWS = 'get-hackernews-top-stories'
const STATELESS = '2026-07-28'
const SESSIONS = '2025-11-25'

/** What the client is told, what it must choose with us, and what it says to get there. */
const MODES = [
  { mode: 'auto', revision: STATELESS, opening: ['server/discover'] },
  { mode: { pin: STATELESS }, revision: STATELESS, opening: ['server/discover'] },
  { mode: 'legacy', revision: SESSIONS, opening: ['initialize', 'notifications/initialized'] },
]

let product
let fixture
before(async () => {
  product = await startProduct()
  fixture = await startFixture()
})
after(() => Promise.all([product?.close(), fixture?.close()]))

/** Connects, and disconnects when the test is over. */
async function connected(t, url, options) {
  const connection = await connect(url, options)
  t.after(() => connection.close())
  return connection
}

const textOf = ({ content }) => content[0].text

for (const { mode, revision, opening } of MODES) {
  const isStateless = revision === STATELESS
  const name = typeof mode === 'string' ? mode : `pinned to ${mode.pin}`
  const open = (t, options) => connected(t, `${fixture.url}/mcp`, { mode, ...options })

  test(`${name}: the client chooses ${revision}, lists and calls the tool`, async (t) => {
    const { client, call, requests, sent } = await connected(t, `${product.url}/mcp`, { mode })
    assert.deepEqual(sent(), opening)
    assert.equal(client.getNegotiatedProtocolVersion(), revision)
    assert.equal(client.getProtocolEra(), isStateless ? 'modern' : 'legacy')
    assert.equal(client.getServerVersion().name, 'sse-mcp')

    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map((tool) => tool.name),
      [HACKER_NEWS],
    )
    const { content, isError } = await call(HACKER_NEWS, { type: 'topstories', amount: 3 })
    assert.equal(isError, undefined)
    assert.equal(content.filter(({ text }) => text.startsWith('{') && JSON.parse(text).type === 'story').length, 3)
    const refused = await call(HACKER_NEWS, { type: 'topstories', amount: 501 })
    assert.equal(refused.isError, true)
    await assert.rejects(call('no-such-tool', {}), { code: -32602 })

    const { headers } = requests.findLast(({ message }) => message?.method === 'tools/call')
    assert.equal(headers.get('mcp-protocol-version'), revision)
    assert.equal(headers.has('mcp-session-id'), !isStateless)
    assert.equal(headers.get('mcp-name'), isStateless ? 'no-such-tool' : null)
  })

  test(`R-PG-2, ${name}: progress is heard in order`, async (t) => {
    const { call } = await open(t)
    const heard = []
    const result = await call('count', { to: 5 }, { onprogress: ({ message }) => heard.push(message) })
    assert.equal(textOf(result), 'counted to 5')
    // The client drops what it reads together with the answer; a busy machine may join two reads now and then.
    assert.ok(heard.length > 0)
    const steps = [1, 2, 3, 4, 5].map((step) => `step ${step}`)
    assert.deepEqual(heard, steps.slice(0, heard.length))
  })

  test(`${name}: resources, their templates, prompts and completions`, async (t) => {
    const { client } = await open(t)
    const { resources } = await client.listResources()
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ['memo://note'],
    )
    const read = async (uri) => (await client.readResource({ uri })).contents
    assert.deepEqual(await read('memo://note'), [{ uri: 'memo://note', mimeType: 'text/plain', text: 'Buy milk.' }])
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.equal(resourceTemplates[0].uriTemplate, 'memo://greeting/{name}')
    assert.equal((await read('memo://greeting/Ada'))[0].text, 'Hello, Ada.')
    // The client has one code for all revisions.
    await assert.rejects(read('memo://nothing'), { code: -32602, message: /not found/i })

    const { prompts } = await client.listPrompts()
    assert.deepEqual(prompts[0].arguments, [{ name: 'about', required: true }])
    const { messages } = await client.getPrompt({ name: 'poem', arguments: { about: 'streams' } })
    assert.equal(messages[0].content.text, 'Write a poem about streams.')
    const ref = { type: 'ref/resource', uri: 'memo://greeting/{name}' }
    const { completion } = await client.complete({ ref, argument: { name: 'name', value: 'A' } })
    assert.deepEqual(completion.values, ['Ada', 'Alan'])
  })

  test(`R-EL-1, ${name}: a tool asks, and the client answers by itself`, async (t) => {
    const asked = []
    const answer = ({ params }) => {
      asked.push(params.message)
      return { action: 'accept', content: { city: 'Oslo' } }
    }
    const { call, sent } = await open(t, {
      capabilities: { elicitation: {}, roots: {} },
      answers: {
        'elicitation/create': answer,
        'roots/list': () => ({ roots: [{ uri: 'file:///home', name: 'home' }] }),
      },
    })
    const result = await call('ask', { for: ['elicitation', 'roots'] })
    assert.deepEqual(JSON.parse(textOf(result)), {
      elicitation: { action: 'accept', content: { city: 'Oslo' } },
      roots: { roots: [{ uri: 'file:///home', name: 'home' }] },
    })
    assert.deepEqual(asked, ['Which city?'])
    // Without a session the question is an answer, and the answer a second call; with one the call is a single one.
    assert.equal(sent().filter((method) => method === 'tools/call').length, isStateless ? 2 : 1)
  })

  test(`R-EL-1, ${name}: a client that cannot be asked hears so`, async (t) => {
    const { call } = await open(t)
    if (isStateless) return assert.rejects(call('ask', { for: ['elicitation'] }), { code: -32021 })
    const result = await call('ask', { for: ['elicitation'] })
    assert.equal(result.isError, true)
    assert.match(textOf(result), /did not declare elicitation/)
  })

  test(`R-CA-1, ${name}: AbortSignal at the client stops the tool at the server, and later calls work`, async (t) => {
    const { call } = await open(t)
    const key = `cancelled, ${name}`
    const run = fixture.run(key)
    const giveUp = new AbortController()
    const calling = call('wait', { key }, { signal: giveUp.signal })
    await run.started.promise
    giveUp.abort('no longer needed')
    await assert.rejects(calling, /no longer needed/)
    assert.equal((await run.stopped.promise).name, 'AbortError')
    run.released.resolve('too late')
    assert.equal(textOf(await call('echo', { text: 'still here', turns: 3 })), 'still here')
  })

  if (isStateless)
    test(`${name}: the client listens, hears what it asked for and nothing else, and leaves`, async (t) => {
      const own = await startFixture()
      t.after(() => own.close())
      const { client } = await connected(t, `${own.url}/mcp`, { mode })
      const heard = []
      const [changed, updated] = [deferred(), deferred()]
      client.setNotificationHandler('notifications/prompts/list_changed', () => void heard.push('prompts'))
      client.setNotificationHandler('notifications/tools/list_changed', () => {
        heard.push('tools')
        changed.resolve()
      })
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        heard.push(params.uri)
        updated.resolve()
      })
      const wanted = { toolsListChanged: true, resourceSubscriptions: ['memo://note'] }
      const subscription = await client.listen(wanted)
      assert.deepEqual(subscription.honoredFilter, wanted)

      own.changes.publish({ kind: 'promptsListChanged' })
      own.changes.publish({ kind: 'resourceUpdated', uri: 'memo://other' })
      own.changes.publish({ kind: 'toolsListChanged' })
      await changed.promise
      own.changes.publish({ kind: 'resourceUpdated', uri: 'memo://note' })
      await updated.promise
      assert.deepEqual(heard, ['tools', 'memo://note'])

      const { socket } = own.requests.find(({ headers }) => headers['mcp-method'] === 'subscriptions/listen')
      const left = once(socket, 'close')
      await subscription.close()
      assert.equal(await subscription.closed, 'local')
      await left

      const second = await client.listen({ toolsListChanged: true })
      await own.close()
      // The cancelled notification comes first (patterns/cancellation), so this client does not call it graceful.
      assert.notEqual(await second.closed, 'local')
    })
  else
    test(`${name}: a change of the tools reaches the client on its GET stream, and it lists them again`, async (t) => {
      const listed = deferred()
      const opened = fixture.nextRequest(({ method }) => method === 'GET')
      const onChanged = (error, tools) => listed.resolve(error ?? tools)
      const { client } = await open(t, { listChanged: { tools: { onChanged, debounceMs: 0 } } })
      await opened
      await new Promise(setImmediate) // the request has come; now its stream is open
      fixture.changes.publish({ kind: 'toolsListChanged' })
      assert.equal((await listed.promise).length, 7)
      await assert.rejects(client.listen({ toolsListChanged: true }), /subscriptions\/listen|listen/)
    })
}

test('legacy: terminateSession ends the session, without a session there is nothing to end', async (t) => {
  const { transport, requests } = await connected(t, `${fixture.url}/mcp`, { mode: 'legacy' })
  assert.ok(transport.sessionId)
  await transport.terminateSession()
  assert.deepEqual([requests.at(-1).method, requests.at(-1).status], ['DELETE', 204])
})

test('auto over HTTP+SSE: server/discover is refused at once, and initialize follows', async (t) => {
  const { client, call, sent } = await connected(t, `${fixture.url}/sse`, { mode: 'auto', overSse: true })
  assert.deepEqual(sent(), ['server/discover', 'initialize', 'notifications/initialized'])
  assert.equal(client.getNegotiatedProtocolVersion(), SESSIONS)
  assert.equal(textOf(await call('echo', { text: 'over HTTP+SSE' })), 'over HTTP+SSE')
})

test('any URL: auto over Streamable HTTP is served at /sse too', async (t) => {
  const { client, call } = await connected(t, `${fixture.url}/sse`, { mode: 'auto' })
  assert.equal(client.getNegotiatedProtocolVersion(), STATELESS)
  assert.equal(textOf(await call('echo', { text: 'at /sse' })), 'at /sse')
})

test('the product had nothing to complain about', () => {
  assert.doesNotMatch(product.output(), /"level":"error"/)
})
