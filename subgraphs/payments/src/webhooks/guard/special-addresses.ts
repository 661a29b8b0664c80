/**
 * Addresses that no receiver on the public Internet has: every row of IANA's special-purpose registries (RFC 6890 and
 * what followed it, as of 2025), globally reachable ones included, since those are name servers, relays and anycast sinks,
 * and the multicast ranges. A cloud's metadata addresses lie in them, but for Azure's.
 */
export const SPECIAL_IPV4 = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private use'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['168.63.129.16/32', "Azure's host, public by its number alone"],
  ['169.254.0.0/16', 'link-local, metadata of most clouds'],
  ['172.16.0.0/12', 'private use'],
  ['192.0.0.0/24', "IETF protocols, Oracle's metadata"],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'automatic multicast tunnelling'],
  ['192.88.99.0/24', '6to4 relays, deprecated'],
  ['192.168.0.0/16', 'private use'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarks'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, limited broadcast'],
] as const

/** All that is routed on the public Internet. What is outside of it needs no row of its own, today's and tomorrow's. */
export const GLOBAL_IPV6 = '2000::/3'

/** Inside of it: what carries an IPv4 address or a tunnel, and what is nobody's. */
export const SPECIAL_IPV6 = [
  ['2001::/23', 'IETF protocols: Teredo, ORCHID, benchmarks and others'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4: an IPv4 address inside'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
] as const
