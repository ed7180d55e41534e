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
    const [address = '', bits] = one.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    if (family === 0 || !/^\d{1,3}$/.test(bits ?? '0') || Number(bits ?? 0) > most)
      throw new TypeError(`trustProxy: ${JSON.stringify(one)} is no address, no network and not "loopback".`)
    proxies.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  }
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

  return ({ socket, headers }) => {
    let address = plain(socket.remoteAddress ?? '')
    const hops = String(headers['x-forwarded-for'] ?? '').split(',')
    while (isIP(address) && isProxy(address) && hops.length > 0) {
      const next = plain(hops.pop()!.trim())
      if (!isIP(next)) break
      address = next
    }
    return address
  }
}

const LOOPBACK = ['127.0.0.0/8', '::1']

/** An IPv4 address that came over IPv6 is the same address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
