import { join } from 'node:path'
import { DEV_AUDIENCE, issueToken, startDevIssuer } from '../dev-issuer.ts'
import type { Identity, Installation } from './installation.ts'
import type { Step } from './progress.ts'
import type { Part } from './shutdown.ts'

/** A local installation stays usable for a working week without a restart. */
const TOKEN_LIFETIME_S = 7 * 24 * 3600

interface Tokens {
  /** Of the demo's operator. */
  playground: string
  /** Of a service, so that the journal tells the simulator's doing from people's. */
  simulator: string
}

/**
 * Uses the issuer that the environment names, which signs nothing for us; else starts the development issuer and has it
 * sign tokens for the playground and the simulator.
 */
export async function prepareIdentity(
  { identity, directory, ports }: Installation,
  parts: Part[],
  step: Step,
): Promise<{ identity: Identity; tokens: Tokens | null }> {
  if (identity !== null) return { identity, tokens: null }
  return step('Token issuer (development)', async () => {
    const issuer = await startDevIssuer({ port: ports.issuer, keyFile: join(directory, 'issuer.jwk') })
    parts.push({ name: 'issuer', stop: () => issuer.stop() })
    const [playground, simulator] = await Promise.all([
      issueToken(issuer, { role: 'operator', ttl_s: TOKEN_LIFETIME_S }),
      issueToken(issuer, { role: 'service', service: 'simulator', ttl_s: TOKEN_LIFETIME_S }),
    ])
    return {
      identity: { jwksUrl: issuer.jwksUrl, issuer: issuer.issuer, audience: DEV_AUDIENCE },
      tokens: { playground, simulator },
    }
  })
}
