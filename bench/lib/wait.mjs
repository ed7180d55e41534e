// The work of a tool that waits, as one does that asks a database or another server; the same on every server.
import { setTimeout as sleep } from 'node:timers/promises'

export async function sayLater({ text }) {
  await sleep(2)
  return text
}
