// Short windows of load, one server after another, in an order that rotates: what the machine does beside us then
// falls upon all of them alike.
import { rotated } from './figures.mjs'

/**
 * Opens the sessions at each server of a field, warms it up and calls it in windows; their figures are in its
 * `windows` afterwards. Returns what was wrong with a reply, if anything was.
 */
export async function callInWindows(
  load,
  field,
  { open, run, warmUpMs, ms, rounds, around = (_one, window) => window() },
) {
  const wrong = []
  for (const one of field) one.windows = []
  for (const one of field) await load('open', { key: one.key, port: one.port, transport: one.transport, ...open })
  const window = async (one, length) => {
    const figures = await load('run', { key: one.key, ms: length, pids: [one.pid], ...run })
    if (figures.error) wrong.push(`${one.name}: ${figures.error}`)
    return figures
  }
  for (const one of field) if (wrong.length === 0) await window(one, warmUpMs)
  for (let round = 0; round < rounds && wrong.length === 0; round++)
    for (const one of rotated(field, round)) one.windows.push(await around(one, () => window(one, ms)))
  for (const one of field) await load('close', { key: one.key })
  return wrong[0]
}
