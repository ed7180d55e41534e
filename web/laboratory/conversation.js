// @ts-check
// What a conversation needs, loaded when the first one begins: the client, and the panels that show what is said.
import { createAsk } from './ask.js'
import { mount as lanes } from './lanes.js'
import { newestOf } from './lanes-rows.js'
import { createClient } from './mcp-client.js'
import { mount as message } from './message.js'
import { createParser } from './sse/parser.js'
import { mount as tool } from './tool.js'
import { learn } from './words.js'
import bytesWords from './words/bytes.js'
import lanesWords from './words/lanes.js'
import messageWords from './words/message.js'
import toolWords from './words/tool.js'

const panels = { tool, lanes, message }
let isMounted = false

/** A client for this page, its panels ready before it says its first word. */
export function begin(app, options) {
  if (!isMounted) {
    learn({ bytes: bytesWords, lanes: lanesWords, message: messageWords, tool: toolWords })
    app.newest = () => newestOf(app.shown())
    for (const [name, mount] of Object.entries(panels)) app.open(name, mount)
  }
  isMounted = true
  return createClient({ ...options, createParser, onRequest: createAsk(app) })
}
