// Heads that are meant to cost time: every header that is looked at, filled with what its pattern likes least (T-62).
import { requestBytes } from './client.mjs'
import { isCheap } from './event-loop.mjs'

export const inOrder = true

const LONG = 15_000
/** One such head costs a few milliseconds at most: only several can be weighed. */
const TIMES = 10
const heads = [
  ['Content-Type with 16,000 blanks', 'POST', '/mcp', { 'Content-Type': `application/json${' '.repeat(16_000)}x` }],
  [
    'Content-Type with 7,500 semicolons',
    'POST',
    '/mcp',
    { 'Content-Type': `application/json${' ;'.repeat(LONG / 2)}x` },
  ],
  ['Accept with 1,000 ranges', 'POST', '/mcp', { Accept: 'application/x, '.repeat(1_000) }],
  ['Accept with 15,000 slashes', 'GET', '/mcp', { 'Mcp-Session-Id': 'x', Accept: '/'.repeat(LONG) }],
  ['Host with 15,000 colons', 'GET', '/health', { Host: ':'.repeat(LONG) }],
  ['Host with 15,000 dots', 'GET', '/health', { Host: '.'.repeat(LONG) }],
  ['Host with brackets', 'GET', '/health', { Host: `[${':'.repeat(LONG)}` }],
  ['Origin with 15,000 dots', 'GET', '/health', { Origin: `http://${'.'.repeat(LONG)}` }],
  ['Origin with slashes', 'GET', '/health', { Origin: 'http://'.repeat(LONG / 7) }],
  ['Last-Event-ID with 7,500 dots', 'GET', '/mcp', { 'Mcp-Session-Id': 'x', 'Last-Event-ID': '1.'.repeat(LONG / 2) }],
  ['a query of 1,000 names', 'POST', `/messages?${'sessionIdx=&'.repeat(1_000)}`, {}],
  ['a query of 1,200 sessions', 'POST', `/messages?${'sessionId=&'.repeat(1_200)}`, {}],
  ['a query of 15,000 question marks', 'POST', `/messages${'?'.repeat(LONG)}`, {}],
  ['1,500 Mcp-Param headers', 'POST', '/mcp', { 'Mcp-Param-X': Array(400).fill('y'.repeat(20)) }],
  [
    'a preflight for 600 headers',
    'OPTIONS',
    '/mcp',
    { Origin: 'http://localhost', 'Access-Control-Request-Headers': 'mcp-param-x-y-z,'.repeat(900) },
  ],
  ['Mcp-Name in base64, 15,000 characters', 'POST', '/mcp', { 'Mcp-Name': `=?base64?${'='.repeat(LONG)}?=` }],
]

export const cases = heads.map(([what, method, target, headers]) => [
  `T-62 ${what}`,
  (server) =>
    isCheap(
      server,
      requestBytes(server, method, target, headers, method === 'POST' ? '{}' : undefined),
      undefined,
      TIMES,
    ),
])
