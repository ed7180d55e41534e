import { isIPv6 } from 'node:net'

/**
 * The network of an address, by which its owner is counted: of an IPv6 address the first 64 bits, for whoever has one
 * address of it may use them all. Any other text stays as it is, and so does an IPv4 address written as an IPv6 one
 * (`::ffff:192.0.2.1`).
 */
export function networkOf(address: string): string {
  if (address.includes('.') || !isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const before = head.split(':')
  const after = tail?.split(':') ?? []
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
