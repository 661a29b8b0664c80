import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import proxyAddr from 'proxy-addr'

/** Where a request comes from. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * The address of a client. `x-forwarded-for` counts only as far as those who wrote it are trusted: addresses, ranges
 * (`10.0.0.0/8`), or `loopback`, `linklocal`, `uniquelocal`. Whoever else sends the header is its own client.
 * @throws TypeError when one of them is no address
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...trustedProxies])
  return (request) => proxyAddr(request, isTrusted)
}

const IPV6_GROUPS = 8
/** Whoever has one IPv6 address has its whole /64. */
const CLIENT_GROUPS = 4

/** Whoever connects is the client. */
export const PEER_ADDRESS: ClientAddress = clientAddressBehind([])

/** IPv4, also as a socket that listens for both writes it, and either with the port that some proxies add. */
const IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i
const IPV6_WITH_PORT = /^\[(.+)\](?::\d+)?$/

/** What of an address stands for one client. */
export function clientKey(written: string): string {
  const [, ipv4] = IPV4.exec(written) ?? []
  if (ipv4 !== undefined) return ipv4
  const [, address = written] = IPV6_WITH_PORT.exec(written) ?? []
  if (!isIPv6(address)) return address
  const [before = [], after = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = address.includes('::') ? Array<string>(IPV6_GROUPS - before.length - after.length).fill('0') : []
  const groups = [...before, ...zeros, ...after].slice(0, CLIENT_GROUPS)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
