import { join } from 'node:path'
import { issueToken, startDevIssuer } from '../dev-issuer.ts'
import type { Installation, Wiring } from './installation.ts'
import { step } from './progress.ts'

/** The playground of a local installation stays usable for a working week without a restart. */
const TOKEN_LIFETIME_S = 7 * 24 * 3600

/**
 * Uses the issuer that the environment names; else starts the development issuer and has it sign tokens for the
 * playground and the simulator. In production there are neither.
 */
export async function prepareIdentity(
  installation: Installation,
  running: { name: string; stop(): Promise<void> }[],
): Promise<Pick<Wiring, 'identity' | 'playgroundToken'>> {
  if (installation.identity !== null) return { identity: installation.identity, playgroundToken: null }
  const issuer = await step('Token issuer (development)', () =>
    startDevIssuer({ port: installation.ports.issuer, keyFile: join(installation.directory, 'issuer.jwk') }),
  )
  running.push({ name: 'issuer', stop: () => issuer.stop() })
  const identity = { jwksUrl: issuer.jwksUrl, issuer: issuer.issuer, audience: 'carriergraph' }
  const playgroundToken = installation.production
    ? null
    : await issueToken(issuer, { role: 'operator', ttl_s: TOKEN_LIFETIME_S })
  return { identity, playgroundToken }
}
