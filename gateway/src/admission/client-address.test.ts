import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { clientAddressBehind, clientKey } from './client-address.ts'

const request = (remoteAddress: string, forwardedFor?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } }) as unknown as IncomingMessage

test.each<[string, string[], string, string | undefined, string]>([
  ['a client that connects itself', [], '203.0.113.9', undefined, '203.0.113.9'],
  ['a client that claims to be another', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a client behind a proxy', ['10.0.0.0/8'], '10.1.2.3', '203.0.113.9', '203.0.113.9'],
  [
    'a client that claims to be another, behind a proxy',
    ['10.0.0.0/8'],
    '10.1.2.3',
    '198.51.100.1, 203.0.113.9',
    '203.0.113.9',
  ],
  ['a client behind two proxies', ['10.0.0.0/8'], '10.1.2.3', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
  ['a stranger who is not the proxy', ['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
  ['a proxy that says nothing', ['loopback'], '127.0.0.1', undefined, '127.0.0.1'],
])('%s', (_, trusted, peer, forwardedFor, expected) => {
  expect(clientAddressBehind(trusted)(request(peer, forwardedFor))).toBe(expected)
})

test('what is no address is refused when it is configured', () => {
  expect(() => clientAddressBehind(['proxy.example'])).toThrow(/invalid IP address/)
})

describe('one client is', () => {
  test.each([
    ['an IPv4 address', '203.0.113.9', '203.0.113.9'],
    ['the same on a socket for both', '::ffff:203.0.113.9', '203.0.113.9'],
    ['the /64 of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['the same with other lower bits', '2001:db8:1:2::1', '2001:db8:1:2'],
    ['the same written out', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2'],
    ['zeros that are left out in the middle', '2001:db8::1', '2001:db8:0:0'],
    ['loopback', '::1', '0:0:0:0'],
    ['what is no address', 'unknown', 'unknown'],
    ['an IPv4 address with the port that a proxy added', '203.0.113.9:51234', '203.0.113.9'],
    ['an IPv6 address with a port', '[2001:db8:1:2::9]:51234', '2001:db8:1:2'],
  ])('%s', (_, address, expected) => {
    expect(clientKey(address)).toBe(expected)
  })
})
