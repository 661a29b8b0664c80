import { isIP } from 'node:net'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type AddressPolicy, isLoopback } from './address-policy.ts'

/** What proxies and servers take without question; longer ones are refused by some. */
export const URL_LENGTH_MAX = 2_048

export type UrlCode = 'INVALID_URL' | 'URL_SCHEME_REFUSED' | 'URL_PORT_REFUSED' | 'URL_ADDRESS_REFUSED'

/**
 * Where an endpoint may be, as far as its URL can tell: https, no user and password in it, no fragment, a port of the
 * list, and where the host is an address, in whatever spelling, one of the public Internet. What a name resolves to is
 * checked at each connection.
 */
export function parseWebhookUrl(
  text: string,
  policy: AddressPolicy,
  field: readonly string[] = ['url'],
): Outcome<URL, UrlCode> {
  // The parser would drop line breaks and tabs, and turn backslashes into slashes: others read such a text differently.
  if (text.length > URL_LENGTH_MAX || !/^https?:\/\/[!-[\]-~]+$/i.test(text) || !URL.canParse(text))
    return refuse(
      'INVALID_URL',
      `Write a whole URL of at most ${URL_LENGTH_MAX} characters, such as "https://example.com/hooks".`,
      field,
    )
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    return refuse('INVALID_URL', 'The URL must not hold a user or a password: deliveries are signed.', field)
  if (text.includes('#')) return refuse('INVALID_URL', 'A fragment is not sent: leave out what is behind "#".', field)
  const host = hostOf(url)
  const isLocal = policy.allowsLoopback && (host === LOCALHOST || isLoopback(host))
  if (url.protocol !== 'https:' && !isLocal)
    return refuse('URL_SCHEME_REFUSED', 'The URL must begin with "https://".', field)
  if (!isLocal && !policy.ports.has(portOf(url)))
    return refuse('URL_PORT_REFUSED', `The port must be one of ${[...policy.ports].join(', ')}.`, field)
  if (isIP(host) !== 0 && policy.refuses(host))
    return refuse('URL_ADDRESS_REFUSED', 'The address is not one of the public Internet.', field)
  return ok(url)
}

/** The only name that is not asked of the DNS. */
export const LOCALHOST = 'localhost'

/** The host without the brackets of an IPv6 address. The parser has turned every spelling of an address into one. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port))
