import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHmacSha256 } from './hmac.ts'
import { parseSigningKeys, type SigningKeys } from './keys.ts'
import { NonceMemory } from './nonces.ts'
import { signRequest } from './sign.ts'
import { createSignatureVerifier, type SignatureVerifier } from './verify.ts'

const keys = parseSigningKeys(`new:${'n'.repeat(32)},old:${'o'.repeat(32)}`)
const NOW = new Date('2026-11-21T12:00:00Z')
const SKEW_MS = 30_000
const NONCE = 'nonce-of-16-char'
const request = { method: 'POST', path: '/graphql', body: '{"query":"{ me { id } }"}' }

const at = (offset_ms: number): Date => new Date(NOW.getTime() + offset_ms)
const verifierAt = (now: Date = NOW) => createSignatureVerifier({ keys, clock: () => now, skew_ms: SKEW_MS })
const codeOf = (verifier: SignatureVerifier, header: string | undefined, changes: Partial<typeof request> = {}) => {
  const outcome = verifier.verify({ header, ...request, ...changes })
  return outcome.ok ? `accepted ${outcome.value.kid}` : outcome.code
}

test('the header has the documented form, so that a signer in another language can be written from it', () => {
  const digest = createHash('sha256').update(request.body).digest('hex')
  const text = `v1\n${NOW.getTime()}\n${NONCE}\nPOST\n/graphql\n${digest}\n`
  const mac = createHmac('sha256', 'n'.repeat(32)).update(text).digest('hex')
  expect(signRequest({ keys, ...request, now: NOW, nonce: NONCE })).toBe(
    `kid=new,t=${NOW.getTime()},n=${NONCE},v1=${mac}`,
  )
})

test('the MAC is Node’s HMAC-SHA-256 for any key and message', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(text, text, (secret, message) => {
      expect(createHmacSha256(secret)(message)).toBe(createHmac('sha256', secret).update(message).digest('hex'))
    }),
    { seed: 20261121 },
  )
})

test('each signature has a nonce of its own', () => {
  const headers = Array.from({ length: 1_000 }, () => signRequest({ keys, ...request, now: NOW }))
  expect(new Set(headers).size).toBe(1_000)
})

describe('a signed request', () => {
  test('is accepted once and refused as NONCE_REUSED after that', () => {
    const verifier = verifierAt()
    const header = signRequest({ keys, ...request, now: NOW })
    expect(codeOf(verifier, header)).toBe('accepted new')
    expect(codeOf(verifier, header)).toBe('NONCE_REUSED')
  })

  test('is refused as NONCE_REUSED when it is signed anew with the nonce of another time', () => {
    const verifier = verifierAt()
    const early = signRequest({ keys, ...request, now: at(-SKEW_MS), nonce: NONCE })
    const late = signRequest({ keys, ...request, now: at(SKEW_MS), nonce: NONCE })
    expect(codeOf(verifier, early)).toBe('accepted new')
    expect(codeOf(verifier, late)).toBe('NONCE_REUSED')
  })

  test('may be signed by any key that the verifier holds, so that keys rotate without an outage', () => {
    const [first, second] = keys
    const old: SigningKeys = [second ?? first]
    expect(codeOf(verifierAt(), signRequest({ keys: old, ...request, now: NOW }))).toBe('accepted old')
  })

  test.each([
    [-SKEW_MS, 'accepted new'],
    [-SKEW_MS - 1, 'SIGNATURE_EXPIRED'],
    [SKEW_MS, 'accepted new'],
    [SKEW_MS + 1, 'SIGNATURE_EXPIRED'],
  ])('signed %i ms away from now: %s', (offset_ms, expected) => {
    expect(codeOf(verifierAt(), signRequest({ keys, ...request, now: at(offset_ms) }))).toBe(expected)
  })

  test.each([
    ['method', { method: 'GET' }],
    ['path', { path: '/graphql?x=1' }],
    ['body', { body: `${request.body} ` }],
  ])('is SIGNATURE_INVALID with another %s, and its nonce is not used up by that', (_part, changes) => {
    const verifier = verifierAt()
    const header = signRequest({ keys, ...request, now: NOW })
    expect(codeOf(verifier, header, changes)).toBe('SIGNATURE_INVALID')
    expect(codeOf(verifier, header)).toBe('accepted new')
  })

  test('is SIGNATURE_INVALID when its time or nonce is changed to outlive the window', () => {
    const header = signRequest({ keys, ...request, now: NOW, nonce: NONCE })
    expect(codeOf(verifierAt(), header.replace(`t=${NOW.getTime()}`, `t=${NOW.getTime() + 1}`))).toBe(
      'SIGNATURE_INVALID',
    )
    expect(codeOf(verifierAt(), header.replace(NONCE, `${NONCE}2`))).toBe('SIGNATURE_INVALID')
  })

  test('signs the bytes of a body, not its reading as text', () => {
    const body = Buffer.from([0xff, 0x00, 0x0a])
    const header = signRequest({ keys, method: 'POST', path: '/', body, now: NOW })
    expect(verifierAt().verify({ header, method: 'POST', path: '/', body }).ok).toBe(true)
  })
})

const zeros = '0'.repeat(64)
test.each([
  ['nothing', undefined, 'SIGNATURE_MISSING'],
  ['an empty header', '', 'SIGNATURE_MISSING'],
  ['a bare word', 'trust-me', 'SIGNATURE_MALFORMED'],
  ['a nonce that is too short', `kid=new,t=1,n=short,v1=${zeros}`, 'SIGNATURE_MALFORMED'],
  ['a MAC that is too short', `kid=new,t=1,n=${NONCE},v1=00`, 'SIGNATURE_MALFORMED'],
  ['a time that is not plain digits', `kid=new,t=1e12,n=${NONCE},v1=${zeros}`, 'SIGNATURE_MALFORMED'],
  ['a line break behind the form', `kid=new,t=1,n=${NONCE},v1=${zeros}\n`, 'SIGNATURE_MALFORMED'],
  ['an unknown key', `kid=who,t=1,n=${NONCE},v1=${zeros}`, 'UNKNOWN_KEY'],
  ['an old time', `kid=new,t=1,n=${NONCE},v1=${zeros}`, 'SIGNATURE_EXPIRED'],
  ['a guess', `kid=new,t=${NOW.getTime()},n=${NONCE},v1=${zeros}`, 'SIGNATURE_INVALID'],
])('%s is %s', (_case, header, expected) => {
  expect(codeOf(verifierAt(), header)).toBe(expected)
})

test('any header is answered with a code, never with an exception', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(verifierAt().verify({ header, ...request }).ok).toBe(false)
    }),
    { seed: 20261121 },
  )
})

describe('the memory of nonces', () => {
  test('refuses a replay in every millisecond in which its signature is still accepted', () => {
    fc.assert(
      fc.property(
        fc.nat(10 * SKEW_MS),
        fc.integer({ min: -SKEW_MS, max: SKEW_MS }),
        fc.nat(2 * SKEW_MS),
        (now, ahead, wait) => {
          const signed = now + SKEW_MS
          const first = signed - ahead
          const later = Math.min(first + wait, signed + SKEW_MS)
          const memory = new NonceMemory(SKEW_MS)
          expect(memory.remember('n', signed, first)).toBe(true)
          expect(memory.remember('m', later, later)).toBe(true)
          expect(memory.remember('n', signed, later)).toBe(false)
        },
      ),
      { seed: 20261121 },
    )
  })

  test('refuses a replay also when the clock was ahead for a while and is set back', () => {
    const memory = new NonceMemory(SKEW_MS)
    expect(memory.remember('n', 10 * SKEW_MS, 10 * SKEW_MS)).toBe(true)
    expect(memory.remember('m', 20 * SKEW_MS, 20 * SKEW_MS)).toBe(true)
    expect(memory.remember('n', 10 * SKEW_MS, 10 * SKEW_MS + 1)).toBe(false)
    expect(memory.remember('o', 11 * SKEW_MS, 11 * SKEW_MS)).toBe(true)
  })

  test('keeps no nonce for longer than three windows, however many come', () => {
    const memory = new NonceMemory(SKEW_MS)
    for (let i = 0; i < 1000; i += 1) memory.remember(`n${i}`, i * 1000, i * 1000)
    expect(memory.size).toBeLessThanOrEqual(3 * (SKEW_MS / 1000))
    expect(memory.size).toBeGreaterThan(SKEW_MS / 1000)
  })
})

test('keys are read from text, and a fault names the entry without its secret', () => {
  expect(parseSigningKeys(` a:${'x'.repeat(32)} `)).toEqual([{ kid: 'a', secret: 'x'.repeat(32) }])
  expect(() => parseSigningKeys('a:hush')).toThrow(/SIGNING_KEYS: the secret of entry 1 is too short/)
  expect(() => parseSigningKeys('a:hush')).not.toThrow(/hush/)
})
