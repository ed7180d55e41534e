// A tap between a client and a server: what crosses the wire, read beside both.
import { once } from 'node:events'
import net from 'node:net'
import { readChunks } from './chunks.mjs'

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
    if (/^transfer-encoding: chunked$/im.test(head)) {
      const { chunks, partial, end, isWhole } = readChunks(bytes)
      bodies.push(Buffer.concat([...chunks, partial]).toString())
      bytes = bytes.subarray(isWhole ? end : bytes.length)
    } else {
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
      bodies.push(bytes.subarray(0, length).toString())
      bytes = bytes.subarray(length)
    }
  }
  return bodies
}
