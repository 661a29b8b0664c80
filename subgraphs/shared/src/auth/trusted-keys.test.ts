// Which keys and which algorithms make a token good.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { newId } from '../ids.ts'
import { createTokenVerifier, TOKEN_ALGORITHMS, type TokenVerifier } from './verify.ts'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'carriergraph'
const CLAIMS = { tenant: 'demo', roles: ['customer'], scope: 'network:read' }
const YEAR_S = 365 * 86_400

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
const ec = (namedCurve: string): KeyPair => generateKeyPairSync('ec', { namedCurve })

let published: readonly JWK[] = []
const issuer = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published }))
})
beforeAll(() => new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve)))
afterAll(() => issuer.close())
afterEach(() => vi.useRealTimers())

const verifier = (): TokenVerifier =>
  createTokenVerifier({
    jwksUrl: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: TOKEN_ALGORITHMS,
    clock: () => new Date(),
    leeway_s: 0,
  })

const jwk = async ({ publicKey }: KeyPair, kid: string, alg: string): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg,
})

const inAYear = (): number => Math.floor(Date.now() / 1_000) + YEAR_S

const tokenBy = (key: KeyObject | Uint8Array, kid: string, alg: string): Promise<string> =>
  new SignJWT(CLAIMS)
    .setProtectedHeader({ alg, kid })
    .setSubject(newId('usr'))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime(inAYear())
    .sign(key)

/** `accepted`, or the reason of the refusal. */
const outcomeOf = (by: TokenVerifier, token: string): Promise<string> =>
  by.verify(`Bearer ${token}`).then(
    () => 'accepted',
    (error) => error.extensions.reason,
  )

test('a key that its issuer does not publish any more counts for nothing ten minutes later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const [withdrawn, present] = [ec('P-256'), ec('P-256')]
  published = [await jwk(withdrawn, 'withdrawn', 'ES256'), await jwk(present, 'present', 'ES256')]
  const by = verifier()
  const tokenOf = (key: KeyPair, kid: string) => tokenBy(key.privateKey, kid, 'ES256')
  expect(await outcomeOf(by, await tokenOf(withdrawn, 'withdrawn'))).toBe('accepted')
  published = [await jwk(present, 'present', 'ES256')]
  vi.setSystemTime(Date.now() + 600_001)
  expect(await outcomeOf(by, await tokenOf(withdrawn, 'withdrawn'))).toBe('TOKEN_INVALID')
  expect(await outcomeOf(by, await tokenOf(present, 'present'))).toBe('accepted')
})

describe('a token that is signed by a published key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })

  test.each<[string, string, KeyPair]>([
    ['RS256', 'accepted', rsa],
    ['PS256', 'accepted', rsa],
    ['ES256', 'accepted', ec('P-256')],
    ['EdDSA', 'accepted', generateKeyPairSync('ed25519')],
    ['RS384', 'TOKEN_INVALID', rsa],
    ['RS512', 'TOKEN_INVALID', rsa],
    ['PS384', 'TOKEN_INVALID', rsa],
    ['PS512', 'TOKEN_INVALID', rsa],
    ['ES384', 'TOKEN_INVALID', ec('P-384')],
    ['ES512', 'TOKEN_INVALID', ec('P-521')],
  ])('by %s is %s', async (alg, outcome, key) => {
    published = [await jwk(key, 'one', alg)]
    expect(await outcomeOf(verifier(), await tokenBy(key.privateKey, 'one', alg))).toBe(outcome)
  })

  test.each(['HS256', 'HS384', 'HS512'])('by %s, with the public key for a secret, is refused', async (alg) => {
    published = [await jwk(rsa, 'one', 'RS256')]
    const secret = Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }))
    expect(await outcomeOf(verifier(), await tokenBy(secret, 'one', alg))).toBe('TOKEN_INVALID')
  })
})

test('a token that is not signed at all is refused', async () => {
  const token = new UnsecuredJWT(CLAIMS)
    .setSubject(newId('usr'))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime(inAYear())
    .encode()
  expect(await outcomeOf(verifier(), token)).toBe('TOKEN_INVALID')
})
