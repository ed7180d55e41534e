// Two servers that know nothing of each other, behind a proxy that deals them requests in turn.
import { fork } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'

const ONE_OF_TWO = fileURLToPath(new URL('one-of-two.mjs', import.meta.url))

/** @param {object} options what the servers are told: where their Hacker News items come from */
export function createTwoServers(options) {
  let servers // they begin with the first request
  let children = []
  let turn = 0

  function start() {
    children = [1, 2].map(() => fork(ONE_OF_TWO, [JSON.stringify(options)]))
    // With one of them gone the pair is of no use: the next request begins another.
    for (const child of children) child.on('error', stop).once('exit', stop)
    return Promise.all(children.map(portOf))
  }

  function stop() {
    for (const child of children.splice(0)) if (child.connected) child.disconnect() // that ends it
    servers = undefined
  }

  async function forward(request, response) {
    const ports = await (servers ??= start())
    if (response.destroyed) return // the client has left meanwhile
    const number = turn++ % 2
    const { method, url: path, headers } = request
    const target = { host: '127.0.0.1', port: ports[number], agent: false, method, path, headers: endToEnd(headers) }
    const forwarded = httpRequest(target, (answer) => {
      response.writeHead(answer.statusCode, { ...endToEnd(answer.headers), 'X-Server': number + 1 })
      response.flushHeaders() // an event stream may say nothing for long
      pipeline(answer, response, () => {}) // one cut, the other is too
    })
    forwarded.once('error', () => noAnswer(response))
    response.once('close', () => forwarded.destroy())
    request.pipe(forwarded).once('close', () => request.resume()) // what nobody wants any more must not wait
  }

  return {
    forward: (request, response) => void forward(request, response).catch(() => noAnswer(response)),
    close: stop,
  }
}

const portOf = (child) =>
  new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', () => reject(new Error('It ended before it listened.')))
  })

/** Without what concerns one connection only (RFC 9110, "Connection"). */
function endToEnd({
  connection: _connection,
  'keep-alive': _keepAlive,
  upgrade: _upgrade,
  expect: _expect,
  ...headers
}) {
  return headers
}

function noAnswer(response) {
  if (response.headersSent) return void response.destroy()
  response.writeHead(502, { 'Content-Type': 'text/plain' }).end('The server behind the proxy does not answer.\n')
}
