// What we hold ourselves to. A figure is ours divided by the floor's in the same run, unless `unit` says otherwise;
// the floor is bare node:http that puts the same bytes on the wire. Ours must not be above `bar`; where `least` is
// set, not below it.
const ONE_AT_A_TIME = 1.15
const calls = (id, what, bar) => [
  { id: `calls-${id}-1x32`, what: `${what}: CPU per call, 1 session × 32 calls`, bar, unit: '×' },
  { id: `calls-${id}-100x1`, what: `${what}: CPU per call, 100 sessions × 1 call`, bar, unit: '×' },
  { id: `calls-${id}-p50`, what: `${what}: median latency, one call at a time`, bar: ONE_AT_A_TIME, unit: '×' },
]

const waits = (id, what) => [
  { id: `waits-${id}-1x32`, what: `a tool that waits 2 ms, ${what}: CPU per call, 1 × 32`, bar: 1.15, unit: '×' },
  { id: `waits-${id}-100x1`, what: `a tool that waits 2 ms, ${what}: CPU per call, 100 × 1`, bar: 1.15, unit: '×' },
]

const garbage = (id, what) => [
  { id: `garbage-${id}-collections`, what: `100,000 calls, ${what}: full collections`, bar: 2, unit: '×' },
  { id: `garbage-${id}-rss`, what: `100,000 calls, ${what}: RSS after them`, bar: 1.3, unit: '×' },
]

const WAYS = {
  sse: 'HTTP+SSE',
  json: 'session, JSON',
  'post-sse': 'session, SSE',
  '2026-json': '2026-07-28, JSON',
  '2026-sse': '2026-07-28, SSE',
}
const inEachWay = (bars) => Object.entries(WAYS).flatMap(([id, what]) => bars(id, what))

const broadcast = (streams, what) => [
  { id: `broadcast-${streams}`, what: `${what}, the floor using response.write`, bar: 1.1, unit: '×' },
  { id: `broadcast-${streams}-raw`, what: `${what}, the floor writing to the sockets`, bar: 1.25, unit: '×' },
]

const parser = (id, what, bar) => ({
  id: `parser-${id}`,
  what: `parser, ${what}: speed, the best rival's being 1`,
  bar,
  unit: '×',
  least: true,
})

export const BARS = [
  ...calls('sse', 'tools/call over HTTP+SSE', 1.12),
  ...calls('json', 'tools/call, Streamable HTTP session, JSON', 1.12),
  ...calls('post-sse', 'tools/call, Streamable HTTP session, SSE', 1.15),
  ...calls('2026-json', 'tools/call, 2026-07-28, JSON', 1.15),
  ...calls('2026-sse', 'tools/call, 2026-07-28, SSE', 1.15),

  ...inEachWay(waits),
  ...inEachWay(garbage),

  { id: 'idle-sse-heap', what: '10,000 idle HTTP+SSE sessions: heap of a session', bar: 1.2, unit: '×' },
  { id: 'idle-sse-rss', what: '10,000 idle HTTP+SSE sessions: RSS of a session', bar: 1.15, unit: '×' },
  { id: 'idle-sse-open', what: '10,000 idle HTTP+SSE sessions: CPU to open one', bar: 1.25, unit: '×' },
  { id: 'idle-http-stream', what: 'idle Streamable HTTP session with its GET stream: RSS', bar: 14, unit: 'kB' },
  { id: 'idle-http', what: 'idle Streamable HTTP session without a stream: RSS', bar: 3, unit: 'kB' },

  ...broadcast(1000, 'one event to 1,000 streams: CPU per event and stream'),
  ...broadcast(5000, 'one event to 5,000 streams: CPU per event and stream'),

  { id: 'large-sse-cpu', what: 'a result of 500 stories, HTTP+SSE: CPU', bar: 1.08, unit: '×' },
  { id: 'large-sse-stall', what: 'a result of 500 stories, HTTP+SSE: worst event-loop stall', bar: 1.5, unit: '×' },
  { id: 'large-json-cpu', what: 'a result of 500 stories, session, JSON: CPU', bar: 1.05, unit: '×' },
  { id: 'large-json-stall', what: 'a result of 500 stories, session, JSON: worst stall', bar: 1.5, unit: '×' },

  { id: 'startup-ms', what: 'spawn to the first answer to initialize', bar: 1.4, unit: '×' },
  { id: 'startup-rss', what: 'peak RSS by then', bar: 1.15, unit: '×' },

  { id: 'dispatch', what: 'JSON-RPC dispatch in process: CPU per message', bar: 1.2, unit: '×' },

  { id: 'size-packages', what: 'npm packages installed', bar: 5, unit: 'packages' },
  { id: 'size-installed', what: 'on disk, with all that it needs', bar: 3.5, unit: 'MB' },
  { id: 'size-pack', what: 'npm pack', bar: 400, unit: 'kB' },
  { id: 'size-sse', what: 'SSE parser and encoder, minified, gzipped', bar: 1.5, unit: 'kB' },

  parser('deltas', "a model's deltas", 0.85),
  parser('deltasHan', 'deltas in Chinese', 0.85),
  parser('mcp', 'MCP messages', 0.85),
  parser('large', 'lines of 1 MiB', 0.75),
  parser('multiline', '200 data lines an event', 0.75),
  parser('crlf', 'lines that end in CR LF', 0.75),

  { id: 'growth-sessions', what: 'CPU per call with 10,000 sessions open, to 10 open', bar: 1.15, unit: '×' },
  { id: 'growth-tools', what: 'CPU per call with 1,000 tools, to a few', bar: 1.15, unit: '×' },
  { id: 'growth-stories', what: 'CPU of a story more, from 50 to 500, to that from 1 to 50', bar: 1.15, unit: '×' },

  { id: 'cluster-cpu', what: 'two processes (node:cluster): CPU per call, to one process', bar: 1.1, unit: '×' },
  { id: 'cluster-share', what: 'two processes: the busier one, to an equal share', bar: 1.2, unit: '×' },

  {
    id: 'nodes-local',
    what: 'with an engine (Redis): CPU per call, session, JSON, to one without',
    bar: 1.1,
    unit: '×',
  },
  { id: 'nodes-crossing', what: 'HTTP+SSE posted to another node: CPU of both nodes, to one', bar: 3, unit: '×' },
  {
    id: 'nodes-replay',
    what: 'session, SSE, kept in the engine for replay: CPU per call, to one without',
    bar: 2.5,
    unit: '×',
  },

  { id: 'page-paint', what: 'the laboratory: first paint', bar: 200, unit: 'ms' },
  {
    id: 'page-large',
    what: 'the laboratory: a frame of 500 stories, from its choice until it is drawn',
    bar: 100,
    unit: 'ms',
  },
  {
    id: 'page-flood',
    what: 'the laboratory, 1,000 frames a second coming: Interaction to Next Paint',
    bar: 200,
    unit: 'ms',
  },
]
