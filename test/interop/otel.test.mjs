// The real OpenTelemetry SDK on our diagnostics channels, as examples/otel attaches it, and a real parser of what
// Prometheus is shown.
// Needs: otel
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { after, beforeEach, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(new URL('../../examples/otel/package.json', import.meta.url))
const sdk = (name) => import(pathToFileURL(require.resolve(name)).href)
const { context, propagation } = await sdk('@opentelemetry/api')
const { W3CTraceContextPropagator } = await sdk('@opentelemetry/core')
const { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } =
  await sdk('@opentelemetry/sdk-metrics')
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = await sdk('@opentelemetry/sdk-trace-base')
const { contextManager, traceServers } = await import('../../examples/otel/tracing.mjs')
const { defineTool, serve, ToolError } = await import('../../dist/index.js')
const { metrics } = await import('../../dist/metrics/index.js')

const spans = new InMemorySpanExporter()
const durations = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: durations, exportIntervalMillis: 2 ** 30 })
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer('test')
const meters = new MeterProvider({ readers: [reader] })
context.setGlobalContextManager(contextManager)
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
traceServers(tracer, meters.getMeter('test'))
after(() => meters.shutdown())

const inputSchema = { type: 'object' }
const works = defineTool({
  name: 'works',
  inputSchema,
  // What a tool does is part of its call's trace, also after it has waited.
  async run() {
    await undefined
    tracer.startSpan('inside').end()
    return 'done'
  },
})
const answers = defineTool({ name: 'answers', inputSchema, run: () => 'at once' })
const fails = defineTool({
  name: 'fails',
  inputSchema,
  run() {
    throw new ToolError('no')
  },
})
const shown = metrics()
const server = await serve({
  name: 'otel',
  version: '1',
  tools: [works, answers, fails],
  port: 0,
  log: () => {},
  fallback: shown.fallback,
})
after(() => server.close())
beforeEach(() => spans.reset())

const VERSION = '2026-07-28'
const call = async (name, _meta = {}, method = 'tools/call') => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': VERSION,
      'Mcp-Method': method,
      'Mcp-Name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params: { name, _meta: { ...meta, ..._meta } } }),
  })
  return response.json()
}
const spanOf = (name) => {
  const found = spans.getFinishedSpans().find((span) => span.name === name)
  assert.ok(found, `${name} among ${spans.getFinishedSpans().map((span) => span.name)}`)
  return found
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'

test('a call whose _meta has traceparent is a span of that trace, and what the tool does is inside it', async () => {
  await call('works', { traceparent: `00-${TRACE}-${CALLER}-01` })
  const span = spanOf('tools/call works')
  assert.equal(span.spanContext().traceId, TRACE)
  assert.equal(span.parentSpanContext.spanId, CALLER)
  assert.deepEqual(span.attributes, {
    'mcp.method.name': 'tools/call',
    'network.transport': 'tcp',
    'jsonrpc.request.id': '7',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'works',
    'mcp.protocol.version': VERSION,
  })
  const inside = spanOf('inside')
  assert.equal(inside.spanContext().traceId, TRACE)
  assert.equal(inside.parentSpanContext.spanId, span.spanContext().spanId)
})

test('a call without traceparent, or with what is none, begins a trace of its own', async () => {
  for (const traceparent of [undefined, 7, 'no trace', null, {}, `00-${'0'.repeat(32)}-${CALLER}-01`]) {
    spans.reset()
    await call('answers', { traceparent })
    assert.equal(spanOf('tools/call answers').parentSpanContext, undefined)
  }
})

test('a tool that fails, and a tool that is not there, are errors by the names of the conventions', async () => {
  await call('fails')
  const failed = spanOf('tools/call fails')
  assert.equal(failed.attributes['error.type'], 'tool_error')
  assert.equal(failed.status.code, 2)
  await call('nothing')
  const unknown = spanOf('tools/call nothing')
  assert.equal(unknown.attributes['error.type'], '-32602')
  assert.equal(unknown.attributes['rpc.response.status_code'], '-32602')
  assert.match(unknown.status.message, /Unknown tool/)
})

/** Opens a session. Returns its id, and the function that posts a message in it. */
async function openSession() {
  const postIn = (headers) => (body) =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const hello = await postIn({})({ id: 1, method: 'initialize', params })
  const session = hello.headers.get('mcp-session-id')
  return { session, send: postIn({ 'Mcp-Session-Id': session }) }
}

test('a request of a session names the session, and a notification is a span too', async () => {
  const { session, send } = await openSession()
  assert.equal(spanOf('initialize').attributes['mcp.protocol.version'], '2025-11-25')
  await send({ method: 'notifications/initialized' })
  await send({ id: 2, method: 'ping' })
  assert.equal(spanOf('notifications/initialized').attributes['jsonrpc.request.id'], undefined)
  const named = spanOf('ping').attributes['mcp.session.id']
  assert.match(named, /^[\da-f]{16}$/)
  assert.ok(!session.includes(named), 'the id itself lets in whoever reads it')
})

// What throws in a subscriber ends the process (`uncaughtException`): the test would fail.
test('a name or a URI that is no text, or a very long one, ends nothing, and is no attribute or a short one', async () => {
  const { send } = await openSession()
  for (const name of [{ toString: 1 }, [[{}]], 5, null]) {
    spans.reset()
    await send({ id: 2, method: 'tools/call', params: { name } })
    assert.equal(spanOf('tools/call').attributes['gen_ai.tool.name'], undefined)
    await send({ id: 3, method: 'prompts/get', params: { name } })
    assert.equal(spanOf('prompts/get').attributes['gen_ai.prompt.name'], undefined)
    await send({ id: 4, method: 'resources/read', params: { uri: name } })
    assert.equal(spanOf('resources/read').attributes['mcp.resource.uri'], undefined)
  }
  await send({ id: 5, method: 'tools/call', params: { name: 'x'.repeat(5_000) } })
  const { name, attributes } = spans.getFinishedSpans().at(-1)
  assert.deepEqual([name.length, attributes['gen_ai.tool.name'].length], [256, 256])
})

test('a notification that a stranger makes up is no attribute of a duration', async () => {
  const { send } = await openSession()
  await send({ method: 'notifications/initialized' })
  await send({ method: 'notifications/made-up' })
  await reader.forceFlush()
  const all = durations.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const methods = all.at(-1).dataPoints.map(({ attributes }) => attributes['mcp.method.name'])
  assert.ok(methods.includes('notifications/initialized') && methods.includes('_OTHER'), methods.join())
  assert.ok(!methods.includes('notifications/made-up'), methods.join())
})

test('the durations have the name, the unit and the attributes of the conventions', async () => {
  await call('answers')
  await reader.forceFlush()
  const all = durations.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const { descriptor, dataPoints } = all.at(-1)
  assert.deepEqual([descriptor.name, descriptor.unit], ['mcp.server.operation.duration', 's'])
  const point = dataPoints.find(({ attributes }) => attributes['gen_ai.tool.name'] === 'answers')
  assert.equal(point.attributes['mcp.method.name'], 'tools/call')
  assert.equal(point.value.buckets.boundaries.length, 14)
  assert.ok(!dataPoints.some(({ attributes }) => attributes['gen_ai.tool.name'] === 'nothing'), 'a name of a stranger')
})

test('a real parser reads what Prometheus is shown, and finds the same calls', async () => {
  await call('answers')
  const { default: parse } = await sdk('parse-prometheus-text-format')
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const families = parse(text)
  const types = Object.fromEntries(families.map(({ name, type }) => [name, type]))
  assert.equal(types['mcp_server_operation_duration_seconds'], 'HISTOGRAM')
  assert.equal(types['sse_mcp_streams'], 'GAUGE')
  assert.equal(types['sse_mcp_log_entries_total'], 'COUNTER')
  // It makes one histogram of all labels. Without the types it reads each line as it stands.
  const samples = parse(text.replaceAll(/^# TYPE .*\n/gm, ''))
  const seriesOf = (end) => {
    const ofEnd = samples.filter(({ name }) => name === `mcp_server_operation_duration_seconds_${end}`)
    return ofEnd.flatMap((family) => family.metrics).filter(({ labels }) => labels.gen_ai_tool_name === 'answers')
  }
  const [{ value: count }] = seriesOf('count')
  assert.ok(Number(count) >= 1)
  const buckets = seriesOf('bucket')
  assert.equal(buckets.length, 15)
  assert.deepEqual([buckets.at(-1).labels.le, buckets.at(-1).value], ['+Inf', count])
})

test('the example is started as it says, and prints a span', async () => {
  const child = spawn(process.execPath, ['--import', './examples/otel/console.mjs', 'examples/hello/server.mjs'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const lines = createInterface(child.stdout)
  const [url] = await once(lines, 'line')
  const printed = new Promise((resolve) => {
    lines.on('line', (line) => line.includes("name: 'ping'") && resolve(line))
  })
  const client = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    }),
  })
  await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'Mcp-Session-Id': client.headers.get('mcp-session-id'),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' }),
  })
  assert.match(await printed, /ping/)
})
