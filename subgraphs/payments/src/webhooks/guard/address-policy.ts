import { BlockList, isIP } from 'node:net'
import { GLOBAL_IPV6, SPECIAL_IPV4, SPECIAL_IPV6 } from './special-addresses.ts'

/** Where deliveries may go. */
export type AddressPolicy = {
  /** Whether nothing may be sent to an address, given as text. What is no address is refused. */
  refuses(address: string): boolean
  /** Plain http, and any port, to this machine itself: for trying things out. */
  readonly allowsLoopback: boolean
  readonly ports: ReadonlySet<number>
}

/** `192.0.2.0/24` or `2001:db8::/32`. */
export type AddressRange = { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' }

/** Undefined where the text is no range. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = '', digits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? []
  const version = isIP(address)
  const prefix = Number(digits)
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

export type AddressPolicyOptions = {
  readonly allowsLoopback: boolean
  readonly ports: readonly number[]
  /** Of the operator's own network, where that has public addresses. */
  readonly refusedRanges: readonly AddressRange[]
}

/** Refuses what is not on the public Internet. Loopback is let through where that is allowed, and nothing else. */
export function addressPolicy({ allowsLoopback, ports, refusedRanges }: AddressPolicyOptions): AddressPolicy {
  const special = listOf([...SPECIAL_IPV4, ...SPECIAL_IPV6].map(([range]) => range))
  const global = listOf([GLOBAL_IPV6])
  const own = new BlockList()
  for (const { address, prefix, family } of refusedRanges) own.addSubnet(address, prefix, family)
  return {
    allowsLoopback,
    ports: new Set(ports),
    refuses(address) {
      if (allowsLoopback && isLoopback(address)) return false
      const version = isIP(address)
      // A zone (`fe80::1%eth0`) names a link of this machine.
      if (version === 0 || address.includes('%')) return true
      if (version === 4) return special.check(address, 'ipv4') || own.check(address, 'ipv4')
      return !global.check(address, 'ipv6') || special.check(address, 'ipv6') || own.check(address, 'ipv6')
    },
  }
}

const LOOPBACK = listOf(['127.0.0.0/8', '::1/128'])

export function isLoopback(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of ranges) {
    const range = parseRange(text)
    if (range === undefined) throw new TypeError(`Not a range: ${text}`)
    list.addSubnet(range.address, range.prefix, range.family)
  }
  return list
}
