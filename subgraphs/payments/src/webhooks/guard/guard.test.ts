import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it, test } from 'vitest'
import { addressPolicy, parseRange } from './address-policy.ts'
import { AddressRefused, checkedAddresses, checkedLookup, NameNotResolved } from './resolve.ts'
import { parseWebhookUrl, URL_LENGTH_MAX } from './webhook-url.ts'

const strict = addressPolicy({ allowsLoopback: false, ports: [443, 8443], refusedRanges: [] })
const local = addressPolicy({ allowsLoopback: true, ports: [443], refusedRanges: [] })

/** Every row of IANA's special-purpose address registries for IPv4 and IPv6, and of multicast: written out once more. */
const IANA = [
  ...['0.0.0.0/8', '0.0.0.0/32', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.0.0/29', '192.0.0.8/32', '192.0.0.9/32', '192.0.0.10/32', '192.0.0.170/32'],
  ...['192.0.0.171/32', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.88.99.2/32'],
  ...['192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4'],
  ...['255.255.255.255/32', '224.0.0.0/4'],
  ...['::1/128', '::/128', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '100:0:0:1::/64'],
  ...['2001::/23', '2001::/32', '2001:1::1/128', '2001:1::2/128', '2001:1::3/128', '2001:2::/48', '2001:3::/32'],
  ...['2001:4:112::/48', '2001:10::/28', '2001:20::/28', '2001:30::/28', '2001:db8::/32', '2002::/16'],
  ...['2620:4f:8000::/48', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
  // No longer in the registries, and still understood: IPv4-compatible and site-local.
  ...['::/96', 'fec0::/10'],
]

const BITS = { ipv4: 32, ipv6: 128 } as const

/** Any address of a range: its fixed bits, and the others by chance, both ends often. */
const addressesOf = (text: string): fc.Arbitrary<string> => {
  const range = parseRange(text)
  if (range === undefined) throw new Error(text)
  const bits = BITS[range.family]
  const bytes = ipaddr.parse(range.address).toByteArray()
  const base = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return fc.bigInt(0n, (1n << BigInt(bits - range.prefix)) - 1n).map((free) => addressFrom(base | free, bits))
}

function addressFrom(value: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) => Number((value >> BigInt(bits - 8 * (index + 1))) & 255n))
  return ipaddr.fromByteArray(bytes).toString()
}

describe('addresses', () => {
  test.each(IANA)('nothing is sent to any address of %s', (range) => {
    fc.assert(fc.property(addressesOf(range), (address) => isIP(address) !== 0 && strict.refuses(address)))
  })

  test('nothing is sent to an IPv4 address inside of an IPv6 one, however it is written', () => {
    const forms = (v4: string, hex: string) => [
      ...[`::ffff:${v4}`, `::${v4}`, `::ffff:0:${v4}`, `64:ff9b::${v4}`, `64:ff9b:1::${v4}`],
      ...[`2002:${hex}::1`, `2001:0:${hex}::`, `::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`],
    ]
    // Also of public ones: nobody's receiver is reached by such an address.
    fc.assert(
      fc.property(fc.ipV4(), (v4) => {
        const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        return forms(v4, hex).every((form) => strict.refuses(form))
      }),
    )
  })

  test('what another library does not take for public is refused as well', () => {
    const any = fc.oneof(fc.ipV4(), fc.ipV6(), ...IANA.map(addressesOf))
    fc.assert(
      fc.property(any, (address) => strict.refuses(address) || ipaddr.parse(address).range() === 'unicast'),
      { numRuns: 2_000 },
    )
  })

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.32.0.1',
    '192.0.1.1',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '2003::1',
  ])('it may be sent to %s', (address) => {
    expect(strict.refuses(address)).toBe(false)
  })

  test.each([
    ...['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'],
    ...['fe80::1%eth0', 'fe80::a9fe:a9fe', 'example.com', '', '1.1.1', '01.1.1.1', '1.1.1.1 ', '[::1]'],
  ])('metadata addresses, zones and what is no address are refused: %j', (address) => {
    expect(strict.refuses(address)).toBe(true)
    expect(local.refuses(address)).toBe(true)
  })

  test('loopback alone is let through where it is allowed, and the ranges of the own network never', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1']) expect(local.refuses(address)).toBe(false)
    for (const address of ['10.0.0.1', '::2', '0.0.0.0', '::', '169.254.1.1']) expect(local.refuses(address)).toBe(true)
    const ranges = ['8.8.0.0/16', '2a00:1450::/32'].map(parseRange).filter((range) => range !== undefined)
    const own = addressPolicy({ allowsLoopback: false, ports: [443], refusedRanges: ranges })
    expect(['8.8.8.8', '8.9.8.8', '2a00:1450::1', '2a00:1451::1'].map(own.refuses)).toEqual([true, false, true, false])
  })

  test.each(['8.8.8.8', '8.8.8.8/33', '::/129', '8.8.8/8', 'example.com/8', '8.8.8.8/-1'])('%s is no range', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })
})

describe('URLs', () => {
  test.each([
    ['https://example.com/hooks?a=1', 'https://example.com/hooks?a=1'],
    ['HTTPS://EXAMPLE.com:443', 'https://example.com/'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['https://1.1.1.1/', 'https://1.1.1.1/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
  ])('%s may be an endpoint', (text, href) => {
    expect(parseWebhookUrl(text, strict)).toMatchObject({ ok: true, value: { href } })
  })

  test.each([
    ['INVALID_URL', ''],
    ['INVALID_URL', 'example.com'],
    ['INVALID_URL', '//example.com'],
    ['INVALID_URL', 'https:example.com'],
    ['INVALID_URL', 'https:/example.com'],
    ['INVALID_URL', 'https://'],
    ['INVALID_URL', ' https://example.com'],
    ['INVALID_URL', 'https://example.com/a b'],
    ['INVALID_URL', 'https://exa\nmple.com'],
    ['INVALID_URL', 'https://example.com\t'],
    ['INVALID_URL', 'https://example.com\\@127.0.0.1/'],
    ['INVALID_URL', 'https://ex\u0430mple.com'],
    ['INVALID_URL', 'https://user@example.com'],
    ['INVALID_URL', 'https://user:pass@example.com'],
    ['INVALID_URL', 'https://:pass@example.com'],
    ['INVALID_URL', 'https://example.com/#part'],
    ['INVALID_URL', 'https://example.com/#'],
    ['INVALID_URL', 'https://999.1.1.1/'],
    ['INVALID_URL', `https://example.com/${'a'.repeat(URL_LENGTH_MAX)}`],
    ['INVALID_URL', 'file:///etc/passwd'],
    ['INVALID_URL', 'gopher://example.com/'],
    ['INVALID_URL', 'javascript:alert(1)'],
    ['URL_SCHEME_REFUSED', 'http://example.com/'],
    ['URL_SCHEME_REFUSED', 'http://127.0.0.1/'],
    ['URL_SCHEME_REFUSED', 'http://localhost/'],
    ['URL_PORT_REFUSED', 'https://example.com:22/'],
    ['URL_PORT_REFUSED', 'https://example.com:0/'],
    ['URL_PORT_REFUSED', 'https://example.com:80/'],
    ['URL_ADDRESS_REFUSED', 'https://127.0.0.1/'],
    ['URL_ADDRESS_REFUSED', 'https://127.1/'],
    ['URL_ADDRESS_REFUSED', 'https://2130706433/'],
    ['URL_ADDRESS_REFUSED', 'https://0x7f.0.0.1/'],
    ['URL_ADDRESS_REFUSED', 'https://0177.0.0.1/'],
    ['URL_ADDRESS_REFUSED', 'https://0/'],
    ['URL_ADDRESS_REFUSED', 'https://169.254.169.254/latest/meta-data'],
    ['URL_ADDRESS_REFUSED', 'https://[::1]/'],
    ['URL_ADDRESS_REFUSED', 'https://[::]/'],
    ['URL_ADDRESS_REFUSED', 'https://[::ffff:127.0.0.1]/'],
    ['URL_ADDRESS_REFUSED', 'https://[::ffff:a9fe:a9fe]/'],
    ['URL_ADDRESS_REFUSED', 'https://[64:ff9b::7f00:1]/'],
    ['URL_ADDRESS_REFUSED', 'https://[fd00::1]/'],
  ])('refuses with %s: %j', (code, text) => {
    expect(parseWebhookUrl(text, strict)).toMatchObject({ ok: false, code, field: ['url'] })
  })

  test('the first of several faults is told, in a fixed order: form, scheme, port, address', () => {
    expect(parseWebhookUrl('http://u@127.0.0.1:22/', strict)).toMatchObject({ code: 'INVALID_URL' })
    expect(parseWebhookUrl('http://127.0.0.1:22/', strict)).toMatchObject({ code: 'URL_SCHEME_REFUSED' })
    expect(parseWebhookUrl('https://127.0.0.1:22/', strict)).toMatchObject({ code: 'URL_PORT_REFUSED' })
  })

  test.each([
    'http://127.0.0.1:9999/',
    'http://localhost:3000/',
    'https://localhost/',
    'http://[::1]:80/',
    'http://127.1:1/',
  ])('where loopback is allowed, %s is', (text) => {
    expect(parseWebhookUrl(text, local).ok).toBe(true)
  })

  test.each(['http://example.com/', 'http://10.0.0.1/', 'http://localhost.example.com/', 'https://example.com:9999/'])(
    'and %s is not',
    (text) => {
      expect(parseWebhookUrl(text, local).ok).toBe(false)
    },
  )

  test('no text makes the parser throw, and none that is taken has a host that may not be sent to', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6().map((v6) => `[${v6}]`),
      fc.string(),
    )
    const text = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.tuple(host, fc.nat(70_000)).map(([name, port]) => `https://${name}:${port}/`),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        const url = parseWebhookUrl(candidate, strict)
        if (!url.ok) return true
        const name = url.value.hostname.replace(/^\[|\]$/g, '')
        return (
          url.value.protocol === 'https:' && url.value.username === '' && (isIP(name) === 0 || !strict.refuses(name))
        )
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('names', () => {
  const addresses = (...found: string[]) => checkedAddresses('example.com', async () => found, strict)

  it('takes a name whose addresses are all public', async () => {
    expect(await addresses('1.1.1.1', '2606:4700::1111')).toEqual(['1.1.1.1', '2606:4700::1111'])
  })

  it.each([[['127.0.0.1']], [['1.1.1.1', '10.0.0.1']], [['1.1.1.1', '::ffff:1.1.1.1']], [['not an address']]])(
    'refuses one with %j, whatever else it has',
    async (found) => {
      await expect(addresses(...found)).rejects.toBeInstanceOf(AddressRefused)
    },
  )

  it('refuses one with more addresses than anybody has, and one without', async () => {
    await expect(addresses(...Array.from({ length: 17 }, (_, index) => `1.1.1.${index}`))).rejects.toBeInstanceOf(
      AddressRefused,
    )
    await expect(addresses()).rejects.toBeInstanceOf(NameNotResolved)
  })

  it('answers Node as it is asked: with one address or with all', async () => {
    const lookup = checkedLookup(async () => ['1.1.1.1', '2606:4700::1111'], strict)
    const asked = (all: boolean) => new Promise((done) => lookup('example.com', { all }, (...answer) => done(answer)))
    expect(await asked(false)).toEqual([null, '1.1.1.1', 4])
    expect(await asked(true)).toEqual([
      null,
      [
        { address: '1.1.1.1', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ])
  })
})
