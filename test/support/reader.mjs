// A client in a process of its own, to be ended by SIGKILL: `node reader.mjs URL SESSION LAST-EVENT-ID`, or with a
// request as JSON in place of the id. It prints one line for each event: its id, a blank, its data.
import http from 'node:http'
import { writeSync } from 'node:fs'

const [url, session, from] = process.argv.slice(2)
const isNew = from.startsWith('{')
const headers = {
  'Mcp-Session-Id': session,
  Accept: 'application/json, text/event-stream',
  ...(isNew ? { 'Content-Type': 'application/json' } : { 'Last-Event-ID': from }),
}

http
  .request(url, { method: isNew ? 'POST' : 'GET', headers, agent: false }, async (response) => {
    if (response.statusCode !== 200) throw new Error(`answered by ${response.statusCode}`)
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop()
      for (const block of blocks) print(block)
    }
  })
  .end(isNew ? from : undefined)

/** What it has seen is out at once, whatever happens next. */
function print(block) {
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
  const id = field('id')
  if (id !== undefined) writeSync(1, `${id} ${field('data') ?? ''}\n`)
}
