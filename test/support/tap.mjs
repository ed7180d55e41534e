// A tap between a client and a server: what crosses the wire, read beside both.
import { once } from 'node:events'
import net from 'node:net'

/** Stands between a client and a server, keeps what the server sent, and cuts. */
export async function startTap(t, base) {
  const { port, hostname } = new URL(base)
  const links = new Set()
  const server = net.createServer((down) => {
    const up = net.connect(Number(port), hostname)
    const link = { down, up, bytes: [] }
    links.add(link)
    up.on('data', (bytes) => link.bytes.push(bytes))
    down.pipe(up).pipe(down)
    for (const [one, other] of [
      [down, up],
      [up, down],
    ])
      one.on('error', () => {}).on('close', () => other.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = () => links.forEach(({ down }) => down.resetAndDestroy())
  t.after(() => (cut(), server.close()))
  const bodies = () => Array.from(links, ({ bytes }) => bodiesOf(Buffer.concat(bytes))).flat()
  return { base: `http://127.0.0.1:${server.address().port}`, cut, bodies }
}

/** The bodies in the bytes of a connection, without what HTTP/1.1 puts around them (RFC 9112, "Message Body"). */
export function bodiesOf(bytes) {
  const bodies = []
  while (bytes.length > 0) {
    const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString()
    bytes = bytes.subarray(head.length + 4)
    const body = []
    if (/^transfer-encoding: chunked$/im.test(head)) {
      for (let size = -1; size !== 0 && bytes.length > 0;) {
        const line = bytes.subarray(0, bytes.indexOf('\r\n')).toString()
        size = Number.parseInt(line, 16)
        const start = line.length + 2
        body.push(bytes.subarray(start, start + size))
        bytes = bytes.subarray(start + size + 2)
      }
    } else {
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
      body.push(bytes.subarray(0, length))
      bytes = bytes.subarray(length)
    }
    bodies.push(Buffer.concat(body).toString())
  }
  return bodies
}
