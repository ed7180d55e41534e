// A reader who takes nothing for 30 s, though little waits for him.
import { call, openSse, rpc } from './client.mjs'
import { expectStatus } from './expect.mjs'
import { soon } from './socket.mjs'
import { withServer } from './start.mjs'

export const needs = 'start'
export const isSlow = true

export const cases = [
  [
    'T-52 nothing taken for 30 s: the stream is dropped, its session is gone',
    withServer({ MAX_UNREAD_BYTES: String(256 * 2 ** 20) }, async (server) => {
      const sse = await openSse(server)
      sse.connection.socket.pause()
      for (let id = 1; id <= 150; id++) expectStatus(await sse.post(call({ type: 'topstories', amount: 500 }, id)), 202)
      const isGone = async () => (await sse.post(rpc('ping'))).status === 404
      await soon(isGone, '404 of a session that is gone', 3_500) // its stream is looked after every 10 s
      sse.destroy()
    }),
  ],
]
