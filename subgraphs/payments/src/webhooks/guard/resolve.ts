import { Resolver } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import type { AddressPolicy } from './address-policy.ts'
import { LOCALHOST } from './webhook-url.ts'

/** The addresses of a name. Tests give one that answers as an attacker's name server would. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** One try; a name server that takes longer has no say in how long an attempt takes. */
const DNS_TRY_MS = 2_000
const DNS_TRIES = 2
/** Nobody has more, and a list of thousands would be tried one after the other. */
const ADDRESSES_MAX = 16

/**
 * Asks the name servers themselves, and not the machine: a name of its hosts file or its search domains is one of the
 * inside. It also keeps a slow name server from the four threads on which the system's own look-ups run.
 * @param servers those of the machine unless given
 */
export function dnsResolve(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: DNS_TRY_MS, tries: DNS_TRIES })
  if (servers !== undefined) resolver.setServers(servers)
  return async (name) => {
    if (name === LOCALHOST) return ['127.0.0.1', '::1']
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length > 0) return addresses
    throw new NameNotResolved()
  }
}

/** A name has no address. */
export class NameNotResolved extends Error {}
/** A name, or a literal, stands for an address to which nothing may be sent. */
export class AddressRefused extends Error {}

/**
 * The addresses of a name, all of which may be sent to: one that may not be, among others that may, is how an attacker
 * tries his luck.
 * @throws NameNotResolved, AddressRefused, or what the resolver throws
 */
export async function checkedAddresses(
  name: string,
  resolve: Resolve,
  policy: AddressPolicy,
): Promise<readonly string[]> {
  const addresses = await resolve(name)
  if (addresses.length === 0) throw new NameNotResolved()
  if (addresses.length > ADDRESSES_MAX || addresses.some((address) => policy.refuses(address)))
    throw new AddressRefused()
  return addresses
}

/**
 * For `net.connect` and `tls.connect`: what was checked is what is connected to. A name that is looked up for the check and
 * once more for the connection could have another address the second time.
 */
export const checkedLookup =
  (resolve: Resolve, policy: AddressPolicy): LookupFunction =>
  (name, options, callback) => {
    checkedAddresses(name, resolve, policy).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        const [first] = found
        if (options.all) callback(null, found)
        else if (first !== undefined) callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, '', 0),
    )
  }
