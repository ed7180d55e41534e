// A server of ours with one mistake: a proxy that changes what goes to it, or what comes back.
import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Mistake {
  /** Changes the headers of a request, whose body is known. */
  asked?(headers: IncomingHttpHeaders, body: string): void
  /** Changes the status and the body of a response; of a stream each piece. */
  said?(status: number, body: string): { status?: number; body?: string }
  /** Answers itself. */
  instead?(method: string | undefined): number | undefined
}

/** Starts the proxy on a free port. */
export async function startMutant(url: string, { asked, said, instead }: Mistake) {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const status = instead?.(incoming.method)
    if (status !== undefined) return void response.writeHead(status).end()
    const headers = { ...incoming.headers }
    delete headers['transfer-encoding']
    headers['content-length'] = String(body.length)
    asked?.(headers, body.toString())
    const { method, url: path } = incoming
    const forwarded = request(new URL(path ?? '/', url), { method, headers, agent: false }, (answer) => {
      const before = { ...answer.headers }
      delete before['content-length']
      delete before['transfer-encoding']
      const isStream = /event-stream/.test(before['content-type'] ?? '')
      const change = (text: string) => said?.(answer.statusCode!, text) ?? {}
      if (isStream) {
        response.writeHead(answer.statusCode!, before).flushHeaders()
        answer.on('data', (bytes: Buffer) => response.write(change(String(bytes)).body ?? bytes))
        answer.on('end', () => response.end())
      } else {
        const all: Buffer[] = []
        answer.on('data', (bytes: Buffer) => all.push(bytes))
        answer.on('end', () => {
          const text = Buffer.concat(all).toString()
          const changed = change(text)
          response.writeHead(changed.status ?? answer.statusCode!, before).end(changed.body ?? text)
        })
      }
      answer.on('error', () => response.destroy())
    })
    forwarded.on('error', () => response.destroy())
    response.on('close', () => forwarded.destroy())
    forwarded.end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
