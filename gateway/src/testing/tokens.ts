import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Caller, callerFromClaims } from '@carriergraph/shared/auth/caller.ts'
import { createTokenVerifier, type TokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'toy'
const ALGORITHM = 'ES256'

export interface TokenIssuer {
  readonly verifier: TokenVerifier<Caller>
  /** As subgraphs of the kit read tokens. */
  readonly actorVerifier: TokenVerifier
  /** How a gateway in a process of its own is told to believe it. */
  readonly env: Readonly<Record<string, string>>
  /** An authorization header. `expiresIn_s` may be negative. */
  bearer(options?: {
    readonly subject?: string
    readonly scope?: string
    readonly tenant?: string
    readonly roles?: readonly string[]
    readonly expiresIn_s?: number
    readonly forged?: boolean
    /** In the place of tenant, roles and scope: as other issuers write tokens. */
    readonly claims?: Readonly<Record<string, unknown>>
  }): Promise<string>
  /** Publishes no keys from now on. */
  withdraw(): void
  /** May be called again. */
  close(): Promise<void>
}

/** An issuer that publishes its key on a loopback port, and the verifier that believes it. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const [published, strange] = await Promise.all([generateKeyPair(ALGORITHM), generateKeyPair(ALGORITHM)])
  const jwk = { ...(await exportJWK(published.publicKey)), kid: 'toy', alg: ALGORITHM }
  let keys = [jwk]
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const jwksUrl = `http://127.0.0.1:${port}/`
  const algorithms = [ALGORITHM] as const
  const options = { jwksUrl, issuer: ISSUER, audience: AUDIENCE, algorithms, clock: systemClock, leeway_s: 0 }
  return {
    env: { JWKS_URL: jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
    verifier: createTokenVerifier(options, callerFromClaims),
    actorVerifier: createTokenVerifier(options),
    async bearer({
      subject = newId('usr'),
      scope = '',
      tenant = 'toy',
      roles = ['customer'],
      expiresIn_s = 600,
      forged = false,
      claims = { tenant, roles, scope },
    } = {}) {
      const token = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: 'toy' })
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn_s)
        .sign(forged ? strange.privateKey : published.privateKey)
      return `Bearer ${token}`
    },
    withdraw() {
      keys = []
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
