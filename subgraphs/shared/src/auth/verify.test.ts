import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { ANONYMOUS } from './actor.ts'
import { createTokenVerifier, type TokenAlgorithm, type TokenVerifierOptions } from './verify.ts'

type Key = { kid: string; alg: TokenAlgorithm; privateKey: CryptoKey; publicKey: CryptoKey }

const NOW = new Date('2026-11-21T12:00:00Z')
const NOW_S = NOW.getTime() / 1000
const ISSUER = 'https://issuer.example'
const AUDIENCE = 'carriergraph'
const USER = newId('usr', NOW)

const published: Key[] = []
let answer: { status: number; body?: string } = { status: 200 }
let fetches = 0
const issuer = createServer(async (_request, response) => {
  fetches += 1
  const keys = await Promise.all(
    published.map(async ({ kid, alg, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg })),
  )
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body ?? JSON.stringify({ keys }))
})
let jwksUrl = ''
let key: Key
let stranger: Key

async function newKey(kid: string, alg: TokenAlgorithm = 'ES256'): Promise<Key> {
  return { kid, alg, ...(await generateKeyPair(alg)) }
}

const CLAIMS: JWTPayload = {
  sub: USER,
  tenant: 'demo',
  roles: ['customer'],
  scope: 'network:read billing:read',
  iss: ISSUER,
  aud: AUDIENCE,
  exp: NOW_S + 60,
}

function tokenWith(changes: JWTPayload = {}, signer: Key = key, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...changes })
    .setProtectedHeader({ alg: signer.alg, kid: signer.kid, ...header })
    .sign(signer.privateKey, { crit: { 'x-strict': true } })
}

function tokenWithout(claim: string): Promise<string> {
  const claims = Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim))
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey)
}

const verifierWith = (changes: Partial<TokenVerifierOptions> = {}) =>
  createTokenVerifier({
    jwksUrl,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256', 'RS256', 'EdDSA'],
    clock: () => NOW,
    leeway_s: 5,
    ...changes,
  })

async function refusalOf(header: string, verifier = verifierWith()): Promise<string> {
  try {
    await verifier.verify(header)
  } catch (error) {
    if (error instanceof Refusal) return [error.code, error.extensions.reason].filter(Boolean).join(' ')
    throw error
  }
  return 'accepted'
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

beforeAll(async () => {
  key = await newKey('first')
  stranger = await newKey('first')
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/.well-known/jwks.json`
})

afterAll(() => new Promise((resolve) => issuer.close(resolve)))

beforeEach(() => {
  published.splice(0, published.length, key)
  answer = { status: 200 }
  fetches = 0
})

describe('a good token', () => {
  test('names the user, the tenant, the roles, the scopes and when it stops being accepted', async () => {
    expect(await verifierWith().verify(`Bearer ${await tokenWith()}`)).toEqual({
      kind: 'user',
      subject: USER,
      userId: USER,
      tenant: 'demo',
      roles: ['customer'],
      scopes: new Set(['network:read', 'billing:read']),
      expiresAt: new Date(NOW.getTime() + 65_000),
    })
  })

  test('names a service by its subject', async () => {
    const token = await tokenWith({ sub: 'svc:simulator', roles: ['service'] })
    const actor = await verifierWith().verify(`bearer ${token}`)
    expect(actor).toMatchObject({ kind: 'service', subject: 'svc:simulator', roles: ['service'] })
    expect(actor).not.toHaveProperty('userId')
  })

  test.each(['RS256', 'EdDSA'] as const)('may be signed by %s', async (alg) => {
    const other = await newKey('other', alg)
    published.push(other)
    expect(await refusalOf(`Bearer ${await tokenWith({}, other)}`)).toBe('accepted')
  })

  test('may last longer than there are dates', async () => {
    const { expiresAt } = await verifierWith().verify(`Bearer ${await tokenWith({ exp: 1e15 })}`)
    expect(expiresAt).toEqual(new Date(8.64e15))
  })

  test('is accepted within the leeway after its end, and refused after that', async () => {
    expect(await refusalOf(`Bearer ${await tokenWith({ exp: NOW_S - 4 })}`)).toBe('accepted')
    expect(await refusalOf(`Bearer ${await tokenWith({ exp: NOW_S - 5 })}`)).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  })
})

describe('a token that was accepted a moment ago', () => {
  test('is refused from the moment at which it expires', async () => {
    let now = NOW
    const verifier = verifierWith({ clock: () => now })
    const header = `Bearer ${await tokenWith({ exp: NOW_S + 30 })}`
    expect(await refusalOf(header, verifier)).toBe('accepted')
    now = new Date(NOW.getTime() + 34_000)
    expect(await refusalOf(header, verifier)).toBe('accepted')
    now = new Date(NOW.getTime() + 36_000)
    expect(await refusalOf(header, verifier)).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  })

  test('is verified again after a minute', async () => {
    let now = NOW
    const verifier = verifierWith({ clock: () => now })
    const header = `Bearer ${await tokenWith({ exp: NOW_S + 600 })}`
    // The first of all only fetches the keys.
    await verifier.verify(header)
    const first = await verifier.verify(header)
    now = new Date(NOW.getTime() + 59_000)
    expect(await verifier.verify(header)).toBe(first)
    now = new Date(NOW.getTime() + 60_000)
    const again = await verifier.verify(header)
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
  })
})

test('no header is the anonymous actor, without asking the issuer', async () => {
  expect(await verifierWith().verify(undefined)).toBe(ANONYMOUS)
  expect(fetches).toBe(0)
})

describe('is refused as UNAUTHENTICATED TOKEN_INVALID:', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['another audience', () => tokenWith({ aud: 'other-graph' })],
    ['another issuer', () => tokenWith({ iss: 'https://evil.example' })],
    ['not valid yet', () => tokenWith({ nbf: NOW_S + 60 })],
    ['no end', () => tokenWithout('exp')],
    ['a signature by a stranger under a known key id', () => tokenWith({}, stranger)],
    ['a key id that is not published', async () => tokenWith({}, await newKey('unknown'))],
    ['an algorithm that is not pinned', async () => tokenWith({}, await newKey('first', 'PS256'))],
    ['alg none', () => `${base64url({ alg: 'none' })}.${base64url(CLAIMS)}.`],
    [
      'HS256 with the public key as the secret',
      async () => {
        const secret = new TextEncoder().encode(await exportSPKI(key.publicKey))
        return new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret)
      },
    ],
    ['a critical header that we do not know', () => tokenWith({}, key, { crit: ['x-strict'], 'x-strict': 1 })],
    ['no tenant', () => tokenWithout('tenant')],
    ['the tenant of all rows', () => tokenWith({ tenant: '*' })],
    ['the tenant of the anonymous', () => tokenWith({ tenant: 'anonymous' })],
    ['a tenant with a quote', () => tokenWith({ tenant: "demo'--" })],
    ['roles that are not a list', () => tokenWith({ roles: 'operator' })],
    ['an unknown role', () => tokenWith({ roles: ['root'] })],
    ['the role of a service for a person', () => tokenWith({ roles: ['service'] })],
    ['a subject that is no user id', () => tokenWith({ sub: 'mallory' })],
    ['a subject of another type', () => tokenWith({ sub: newId('slc') })],
    ['a scope that is not text', () => tokenWith({ scope: ['billing:read'] })],
  ])('%s', async (_case, token) => {
    expect(await refusalOf(`Bearer ${await token()}`)).toBe('UNAUTHENTICATED TOKEN_INVALID')
  })

  test('claims that were changed after signing', async () => {
    const [header, , signature] = (await tokenWith()).split('.')
    const forged = [header, base64url({ ...CLAIMS, roles: ['operator'] }), signature].join('.')
    expect(await refusalOf(`Bearer ${forged}`)).toBe('UNAUTHENTICATED TOKEN_INVALID')
  })

  test.each(['', 'Bearer', 'Bearer ', 'Basic dTpw', 'Bearer a.b', `Bearer ${'a'.repeat(9000)}.b.c`])(
    'the header %j',
    async (header) => {
      expect(await refusalOf(header)).toBe('UNAUTHENTICATED TOKEN_INVALID')
    },
  )

  test('any three texts with dots between them, and any token with one letter changed', async () => {
    const verifier = verifierWith()
    const good = await tokenWith()
    const part = fc.base64String({ maxLength: 40 })
    const garbage = fc.tuple(part, part, part).map((parts) => parts.join('.'))
    const changed = fc
      .nat(good.length - 2)
      .map((at) => `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`)
    await fc.assert(
      fc.asyncProperty(fc.oneof(garbage, changed), async (token) => {
        expect(await refusalOf(`Bearer ${token}`, verifier)).toBe('UNAUTHENTICATED TOKEN_INVALID')
      }),
      { seed: 20261121, numRuns: 200 },
    )
  })
})

describe("the issuer's keys", () => {
  test('are fetched once for many tokens', async () => {
    const verifier = verifierWith()
    for (const sub of [USER, newId('usr'), newId('usr')]) await verifier.verify(`Bearer ${await tokenWith({ sub })}`)
    expect(fetches).toBe(1)
  })

  test('are fetched again when a token names a new key, and the withdrawn key is refused from then on', async () => {
    const verifier = verifierWith({ cooldown_ms: 0 })
    const old = `Bearer ${await tokenWith()}`
    expect(await refusalOf(old, verifier)).toBe('accepted')
    const next = await newKey('second')
    published.splice(0, 1, next)
    expect(await refusalOf(`Bearer ${await tokenWith({}, next)}`, verifier)).toBe('accepted')
    expect(await refusalOf(old, verifier)).toBe('UNAUTHENTICATED TOKEN_INVALID')
  })

  test('that were fetched anew are what every token is verified by, also one that was accepted a moment ago', async () => {
    const verifier = verifierWith({ cooldown_ms: 0 })
    const old = `Bearer ${await tokenWith()}`
    await verifier.verify(old)
    await verifier.verify(old)
    published.splice(0, 1, await newKey('second'))
    expect(await refusalOf(`Bearer ${await tokenWith({}, await newKey('unknown'))}`, verifier)).toContain('INVALID')
    expect(await refusalOf(old, verifier)).toBe('UNAUTHENTICATED TOKEN_INVALID')
  })

  test('are not fetched again for a flood of unknown key ids within the cooldown', async () => {
    const verifier = verifierWith()
    for (const kid of ['x1', 'x2', 'x3']) {
      const token = await tokenWith({}, { ...stranger, kid })
      expect(await refusalOf(`Bearer ${token}`, verifier)).toBe('UNAUTHENTICATED TOKEN_INVALID')
    }
    expect(fetches).toBe(1)
  })

  test.each([
    ['answers 503', { status: 503 }],
    ['answers something that is not JSON', { status: 200, body: '<html>' }],
    ['answers something that is not a key set', { status: 200, body: '{"keys":1}' }],
  ])('an issuer that %s is SERVICE_UNAVAILABLE, and is asked again after five seconds', async (_case, broken) => {
    let now = NOW
    const verifier = verifierWith({ clock: () => now })
    const header = `Bearer ${await tokenWith()}`
    answer = broken
    expect(await refusalOf(header, verifier)).toBe('SERVICE_UNAVAILABLE')
    answer = { status: 200 }
    expect(await refusalOf(header, verifier)).toBe('SERVICE_UNAVAILABLE')
    now = new Date(NOW.getTime() + 5_000)
    expect(await refusalOf(header, verifier)).toBe('accepted')
  })

  test('an issuer that cannot be reached is SERVICE_UNAVAILABLE', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const verifier = verifierWith({ jwksUrl: `http://127.0.0.1:${port}/` })
    expect(await refusalOf(`Bearer ${await tokenWith()}`, verifier)).toBe('SERVICE_UNAVAILABLE')
  })
})
