// A subject of the dispatch question is a process that answers the same message again and again, in windows that it is
// asked for over IPC.
const TEXT = 'the quick brown fox jumps over it'
export const MESSAGE = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: TEXT } },
})
const EXPECTED = { jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text', text: TEXT }] } }
const BATCH = 500

/** The method that all of them have. */
export const echo = ({ arguments: { text } }) => ({ content: [{ type: 'text', text }] })

/** @param {(text: string) => string | Promise<string>} answer */
export async function beSubject(answer) {
  const { deepStrictEqual } = await import('node:assert')
  deepStrictEqual(JSON.parse(await answer(MESSAGE)), EXPECTED)
  const length = (await answer(MESSAGE)).length
  process.on('message', async (ms) => {
    const before = process.cpuUsage()
    const end = performance.now() + ms
    let [count, wrong] = [0, 0]
    do {
      for (let n = 0; n < BATCH; n++) if ((await answer(MESSAGE)).length !== length) wrong++
      count += BATCH
    } while (performance.now() < end)
    const { user, system } = process.cpuUsage(before)
    process.send({ ns: ((user + system) * 1000) / count, wrong })
  })
  process.send('ready')
}
