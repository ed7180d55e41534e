// What holds of HTTP requests on every transport: whose page asks, under which name, by which method, in which type.
import { isLoopback } from '../../bounds/loopback.ts'
import { openClient, WITH_403, type Protocol } from '../client.ts'
import type { Check, HttpExchange } from '../stages.ts'
import { wantRefused } from './messages.ts'

const STRANGER = 'http://stranger.example'
const RFC = 'https://www.rfc-editor.org/rfc/rfc9110.html#section-'

const MUST_VALIDATE = 'Servers MUST validate the Origin header on all incoming connections'

export function requestChecks({ transport, version }: Protocol): Check[] {
  const open = openClient[transport]
  const isSse = transport === 'HTTP+SSE'
  const section = {
    'HTTP+SSE': 'basic/transports#http-with-sse',
    'Streamable HTTP': 'basic/transports#security-warning',
    'stateless HTTP': 'basic/transports/streamable-http#security-%26-endpoint',
  }[transport]
  const is403 = version >= WITH_403
  const fits = ({ status }: HttpExchange): boolean => (is403 ? status === 403 : status >= 400 && status < 500)

  return [
    {
      en: 'the page of a stranger is refused',
      zh: '陌生网页发来的请求被拒绝',
      must: is403
        ? `${MUST_VALIDATE}. If the Origin header is present and invalid, servers MUST respond with HTTP 403 Forbidden.`
        : `${MUST_VALIDATE} to prevent DNS rebinding attacks.`,
      section,
      async run(talk, target) {
        const client = await open(talk, target)
        const wanted = `403${is403 ? '' : ', or another 4xx,'} for Origin: ${STRANGER}`
        talk.want(fits(await client.post(client.ping, { Origin: STRANGER })), wanted)
        if (!isSse) return
        const headers = { Accept: 'text/event-stream', Origin: STRANGER }
        talk.want(fits(await talk.request('GET', target.sse, { headers })), `${wanted}, on the stream too`)
      },
    },
    {
      en: 'a name that a stranger has given to this machine is refused: Host',
      zh: '陌生人给这台机器起的名字被拒绝：Host',
      should: `${MUST_VALIDATE} to prevent DNS rebinding attacks: those come with a Host that is not the server’s own.`,
      section,
      async run(talk, target) {
        if (!isLoopback(new URL(target.mcp).hostname))
          talk.skip('it is not on this machine: its names are its own affair')
        const client = await open(talk, target)
        const response = await client.post(client.ping, { Host: 'stranger.example' })
        wantRefused(response, talk, '403, or another 4xx, for Host: stranger.example')
      },
    },
    {
      en: 'a type that any page may send unasked is refused: text/plain',
      zh: '任何网页不用问就能发的类型被拒绝：text/plain',
      should:
        'The server refuses a body in a format that it does not take: 415. A page may send text/plain without asking first.',
      section: `${RFC}15.5.16`,
      async run(talk, target) {
        const client = await open(talk, target)
        const response = await client.post(client.ping, { 'Content-Type': 'text/plain' })
        wantRefused(response, talk, '415 for Content-Type: text/plain')
      },
    },
    {
      en: 'PUT and PATCH are not allowed',
      zh: '不允许 PUT 和 PATCH',
      should: '405: the method is known by the server, but not supported by the target resource.',
      section: `${RFC}15.5.6`,
      async run(talk, target) {
        const client = await open(talk, target)
        for (const method of ['PUT', 'PATCH']) {
          const headers = { 'Content-Type': 'application/json', ...client.headers }
          const response = await talk.request(method, client.url, { headers, body: '{}' })
          if (response.status !== 501) wantRefused(response, talk, `405 for ${method}`)
        }
      },
    },
    {
      en: 'a body of 256 KiB is served, or refused as too large',
      zh: '256 KiB 的 body 要么得到服务，要么因为太大被拒绝',
      should: '413: the body is larger than the server is willing or able to process.',
      section: `${RFC}15.5.14`,
      async run(talk, target) {
        const client = await open(talk, target)
        const { ping } = client
        const _meta = { ...ping.params?._meta, 'example.com/filler': 'x'.repeat(256 * 1024) }
        const { status } = await client.post({ ...ping, params: { ...ping.params, _meta } })
        talk.want(status < 500, '200, 202, or 413')
        const { answer } = await (await open(talk, target)).call(ping.method)
        talk.want(answer.result, '"result":{…}: the next request is served')
      },
    },
  ]
}
