import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { namedId } from '../ids.ts'
import { listen } from './listen.ts'

export const READER = namedId('usr', 'reader')

export type TestIssuer = AsyncDisposable & {
  readonly jwksUrl: string
  /** A good token of READER at `now`, unless the claims say otherwise. */
  token(now: Date, claims?: JWTPayload): Promise<string>
}

/** A token issuer with a real JWKS over HTTP. */
export async function startIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }]
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })))
  const port = await listen(server, 0, '127.0.0.1')
  return {
    jwksUrl: `http://127.0.0.1:${port}/`,
    token: (now, claims = {}) =>
      new SignJWT({ sub: READER, tenant: 'demo', roles: ['customer'], scope: 'book:read', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuer('issuer')
        .setAudience('graph')
        .setExpirationTime(claims.exp ?? Math.floor(now.getTime() / 1000) + 60)
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
