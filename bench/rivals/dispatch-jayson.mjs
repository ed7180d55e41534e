// jayson, with promises.
import jayson from 'jayson/promise/index.js'
import { beSubject, echo } from '../lib/subject.mjs'

const server = new jayson.Server({ 'tools/call': async (params) => echo(params) })

await beSubject(
  (text) => new Promise((resolve) => server.call(text, (error, answer) => resolve(JSON.stringify(error ?? answer)))),
)
