// The conversations of test/transcripts, a folder for each revision, replayed on bare sockets against a live server.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compare, play, readHead, readTranscript, serverOptions, type Turn } from './transcripts/replay.mjs'
import { start } from './transcripts/server.ts'

const ROOT = new URL('transcripts/', import.meta.url)
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']

const transcripts = REVISIONS.flatMap((revision) =>
  readdirSync(new URL(`${revision}/`, ROOT))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => {
      const text = readFileSync(new URL(`${revision}/${file}`, ROOT), 'utf8')
      return { revision, file, turns: readTranscript(text), ...readHead(text) }
    }),
)

for (const { revision, title, ids, turns } of transcripts)
  test(`${revision}: ${title} (${ids.join(', ')})`, async () => {
    const running = await start(serverOptions(turns))
    const { connections, done } = await replay(turns, running)
    for (const { socket } of connections.values()) socket.destroy()
    await running.close()
    assert.equal(done, turns.filter(({ mark }) => mark === '<' || mark === '~').length)
  })
