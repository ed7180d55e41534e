import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Whose request it is, as far as the network tells. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * The address of the connection; where that is a trusted proxy, the last in `X-Forwarded-For` that is none: what
 * stands before it is what a stranger said. Trusted are addresses and networks (`10.0.0.0/8`), or `loopback`. Throws
 * TypeError for anything else.
 */
export function createClientAddress(trusted: readonly string[] = []): ClientAddress {
  const proxies = new BlockList()
  for (const one of trusted.flatMap((each) => (each === 'loopback' ? LOOPBACK : [each]))) {
    const [address = '', bits, ...more] = one.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(bits ?? '0') || Number(bits ?? 0) > most)
      throw new TypeError(`trustProxy: ${JSON.stringify(one)} is no address, no network and not "loopback".`)
    proxies.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  }
  const isProxy = (address: string) => address !== '' && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

  return ({ socket, headers }) => {
    let address = addressIn(socket.remoteAddress ?? '')
    const hops = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .filter((hop) => hop.trim() !== '') // RFC 9110, section 5.6.1.2: empty elements of a list count for nothing
    while (isProxy(address) && hops.length > 0) {
      const next = addressIn(hops.pop()!)
      // A proxy that does not know whom it serves, or will not say ("unknown", "_hidden"), is all there is to know.
      if (next === '') break
      address = next
    }
    return address
  }
}

const LOOPBACK = ['127.0.0.0/8', '::1']

/**
 * The IP address in a field of `X-Forwarded-For`, in one spelling only; empty where there is none. Some proxies add
 * the port (`192.0.2.1:443`), and brackets and quotes with it, as RFC 7239 (section 6) has them (`"[2001:db8::1]:443"`).
 */
function addressIn(field: string): string {
  const text = field.trim().replace(/^"(.*)"$/, '$1')
  const address = /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? text
  return spelledOnce(address) || spelledOnce(address.replace(/:\d+$/, ''))
}

/** As RFC 5952 writes it; an IPv6 address that stands for an IPv4 one (::ffff:192.0.2.1) as that. Empty: it is none. */
function spelledOnce(text: string): string {
  const address = text.replace(/%.*/, '') // a zone (RFC 4007) names one of our own links, not a caller
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : ''
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(spelled) ?? []
  if (high === undefined || low === undefined) return spelled
  const bits = Number.parseInt(high, 16) * 2 ** 16 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}
