// Resuming: an event id means something in its own session, for its own stream, and nowhere else ("Resumability").
import { call, openSession, openStream, request } from './client.mjs'
import { expect, expectSame, expectStatus } from './expect.mjs'

const STREAM = { Accept: 'text/event-stream' }
const storiesOf = ({ result }) => result.content.filter(({ text }) => text.startsWith('{')).length

/** A call that is answered by a stream: the blocks of it. */
export async function callByStream(server, session, amount) {
  const body = JSON.stringify(call({ type: 'topstories', amount }, amount))
  const stream = await openStream(server, 'POST', '/mcp', { ...session, ...STREAM }, body)
  const blocks = []
  for (let block = await stream.block(); block; block = await stream.block()) blocks.push(block)
  stream.destroy()
  const withIds = blocks.filter(({ id }) => id !== undefined)
  expect(withIds.length >= 2, 'a priming event and the answer, both with ids', blocks)
  return { start: withIds[0].id, end: withIds.at(-1).id, ids: withIds.map(({ id }) => id) }
}

/** What a GET that names an event brings: its status, its messages, of which so many are `due`, and whether it ends. */
export async function resume(server, session, id, due = 0) {
  const headers = { ...session, ...STREAM, 'Last-Event-ID': id }
  const stream = await openStream(server, 'GET', '/mcp', headers)
  const messages = stream.status === 200 ? await stream.messages(due) : []
  const isEnded = due > 0 && (await stream.ends())
  stream.destroy()
  return { status: stream.status, messages, isEnded }
}

export const cases = [
  [
    'T-47 what came after the event is said again, once, and the stream ends',
    async (server) => {
      const session = await openSession(server)
      const { start } = await callByStream(server, session, 3)
      const { status, messages, isEnded } = await resume(server, session, start, 1)
      expectSame([status, messages.map((one) => [one.id, storiesOf(one)]), isEnded], [200, [[3, 3]], true])
    },
  ],
  [
    'T-47 after the last event there is nothing to say',
    async (server) => {
      const session = await openSession(server)
      const { end } = await callByStream(server, session, 3)
      const { status, messages } = await resume(server, session, end)
      expectSame([[200, 204].includes(status), messages], [true, []])
    },
  ],
  [
    'T-47 each stream says its own and nothing of the other',
    async (server) => {
      const session = await openSession(server)
      const streams = [await callByStream(server, session, 2), await callByStream(server, session, 4)]
      expectSame(
        (await resume(server, session, streams[0].start, 1)).messages.map(({ id }) => id),
        [2],
        'ids',
      )
      expectSame(
        (await resume(server, session, streams[1].start, 1)).messages.map(({ id }) => id),
        [4],
        'ids',
      )
    },
  ],
  [
    'T-47 event ids are never given twice in a session, and are one line of ASCII',
    async (server) => {
      const session = await openSession(server)
      const get = await openStream(server, 'GET', '/mcp', { ...session, ...STREAM })
      const first = await get.block()
      const all = [first.id]
      for (let amount = 1; amount <= 12; amount++) all.push(...(await callByStream(server, session, amount)).ids)
      expectSame(new Set(all).size, all.length, 'different ids')
      expect(
        all.every((id) => /^[\x21-\x7e]{1,200}$/.test(id)),
        'one line of ASCII',
        all,
      )
      get.destroy()
    },
  ],
  [
    "T-47 another session's event id brings nothing of that session",
    async (server) => {
      const [a, b] = [await openSession(server), await openSession(server)]
      const { start, end } = await callByStream(server, a, 5)
      for (const id of [start, end]) {
        const { status, messages } = await resume(server, b, id)
        expectSame([[200, 400, 404].includes(status), messages], [true, []])
      }
    },
  ],
  [
    'T-47 where both sessions have the id, each gets its own',
    async (server) => {
      const [a, b] = [await openSession(server), await openSession(server)]
      const [ofA, ofB] = [await callByStream(server, a, 6), await callByStream(server, b, 7)]
      for (const id of [ofA.start, ofB.start]) {
        const [inA, inB] = [await resume(server, a, id), await resume(server, b, id)]
        expect(
          inA.messages.every((one) => one.id === 6),
          'only what is said in a',
          inA,
        )
        expect(
          inB.messages.every((one) => one.id === 7),
          'only what is said in b',
          inB,
        )
      }
    },
  ],
  [
    'T-47 without the session an event id opens nothing',
    async (server) => {
      const { start } = await callByStream(server, await openSession(server), 2)
      expectStatus(
        await request(server, 'GET', '/mcp', { ...STREAM, 'Last-Event-ID': start, 'Mcp-Session-Id': 'x' }),
        404,
      )
      const stream = await openStream(server, 'GET', '/mcp', { ...STREAM, 'Last-Event-ID': start })
      expectSame((await stream.event()).event, 'endpoint', 'a new stream, event')
      expectSame(await stream.messages(), [], 'messages')
      stream.destroy()
    },
  ],
  [
    'T-47 an ended session has no events any more',
    async (server) => {
      const session = await openSession(server)
      const { start } = await callByStream(server, session, 2)
      expectStatus(await request(server, 'DELETE', '/mcp', session), 200, 204)
      expectStatus(await request(server, 'GET', '/mcp', { ...session, ...STREAM, 'Last-Event-ID': start }), 404)
    },
  ],
  [
    'T-47 ten at once that resume one stream get it whole or not at all, never twice',
    async (server) => {
      const session = await openSession(server)
      const { start } = await callByStream(server, session, 2)
      const all = await Promise.all(Array.from({ length: 10 }, () => resume(server, session, start, 1)))
      for (const { messages } of all)
        expect(messages.length <= 1 && messages.every(({ id }) => id === 2), 'the answer, once', messages)
      expect(
        all.some(({ messages }) => messages.length === 1),
        'the answer for one of them',
        all,
      )
    },
  ],
  [
    'T-47 two Last-Event-IDs are one that nobody gave',
    async (server) => {
      const session = await openSession(server)
      const { start, end } = await callByStream(server, session, 2)
      const { status, messages } = await resume(server, session, [start, end])
      expectSame([status, messages], [400, []])
    },
  ],
  ...['2025-03-26', '2025-06-18'].map((version) => [
    `T-47 ${version}: no event with empty data, which such clients would parse`,
    async (server) => {
      const session = await openSession(server, version)
      const stream = await openStream(
        server,
        'POST',
        '/mcp',
        { ...session, ...STREAM },
        JSON.stringify(call({ type: 'topstories', amount: 1 })),
      )
      expectSame(JSON.parse((await stream.event()).data).id, 1)
      stream.destroy()
    },
  ]),
]
