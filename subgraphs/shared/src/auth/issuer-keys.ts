import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'

/** While the issuer answers, a key that it withdrew is refused after this at the latest. */
const JWKS_AGE_MS_MAX = 600_000
/** While it does not, its last keys count this much longer: long enough to mend it, and a revoked key dies some day. */
const JWKS_KEPT_MS_MAX = 24 * 3_600_000
/** How long an issuer that failed is left alone, whoever needs its keys. */
const RETRY_MS = 5_000
const JWKS_TIMEOUT_MS = 5_000

export type IssuerKeysOptions = {
  readonly jwksUrl: string
  readonly clock: Clock
  readonly log?: Log
  /** How long an unknown key id does not make us fetch the keys again: a forger must not drive the issuer. */
  readonly cooldown_ms: number
  /** Called when the keys were fetched, which may be others than before. */
  onFetched(): void
}

export type IssuerKeys = {
  readonly find: JWTVerifyGetKey
  /**
   * Resolves when the issuer has published some keys, and from the first time on whatever becomes of it, as long as it does
   * not withdraw them all; throws SERVICE_UNAVAILABLE when they cannot be fetched, or when there are none.
   */
  published(): Promise<void>
}

/**
 * The issuer's published keys. An outage of it signs nobody out who holds a token of a known key, and nobody is a forger
 * whose key could not be looked up meanwhile: that is SERVICE_UNAVAILABLE.
 */
export function keysOfIssuer(options: IssuerKeysOptions): IssuerKeys {
  const { jwksUrl, clock, log, cooldown_ms, onFetched } = options
  // jose would drop keys that are too old when they cannot be replaced, so when to ask is decided here.
  const remote = createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    timeoutDuration: JWKS_TIMEOUT_MS,
  })
  let fetchedAt_ms = Number.NEGATIVE_INFINITY
  let failure: { readonly error: unknown; readonly at_ms: number } | undefined
  let asking: Promise<void> | undefined

  const isWithin = (since_ms: number, duration_ms: number): boolean => clock().getTime() - since_ms < duration_ms

  async function fetchKeys(): Promise<void> {
    try {
      await remote.reload()
      fetchedAt_ms = clock().getTime()
      failure = undefined
      onFetched()
    } catch (error) {
      failure = { error, at_ms: clock().getTime() }
      log?.warn({ err: error }, "the issuer's keys cannot be fetched, its last ones count for a day at most")
    }
    asking = undefined
  }

  /** Asks the issuer, with all others who need its keys now, unless it failed a moment ago. Never throws. */
  function ask(): Promise<void> | undefined {
    if (failure !== undefined && isWithin(failure.at_ms, RETRY_MS)) return undefined
    asking ??= fetchKeys()
    return asking
  }

  async function refresh(): Promise<void> {
    if (isWithin(fetchedAt_ms, JWKS_AGE_MS_MAX)) return
    const answer = ask()
    // Once it failed, it is asked again beside the requests: one that hangs must not hold them up.
    if (failure === undefined || !isWithin(fetchedAt_ms, JWKS_KEPT_MS_MAX)) await answer
    if (!isWithin(fetchedAt_ms, JWKS_KEPT_MS_MAX)) throw unavailable(failure?.error)
  }

  const hasSome = (): boolean => (remote.jwks()?.keys.length ?? 0) > 0

  return {
    async find(header, token) {
      await refresh()
      try {
        return await remote(header, token)
      } catch (error) {
        if (error instanceof errors.JWKSMultipleMatchingKeys) throw error
        // A published key that cannot be read is the fault of the issuer.
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw unavailable(error)
        if (isWithin(fetchedAt_ms, cooldown_ms)) throw error
      }
      await ask()
      if (failure !== undefined) throw unavailable(failure.error)
      return remote(header, token)
    },
    async published() {
      if (!Number.isFinite(fetchedAt_ms)) await refresh()
      if (hasSome()) return
      // One that begins may publish its first key in a moment.
      if (!isWithin(fetchedAt_ms, cooldown_ms)) await ask()
      if (!hasSome()) throw unavailable(failure?.error ?? new Error('The issuer publishes no keys.'))
    },
  }
}

function unavailable(cause: unknown): Refusal {
  const refusal = new Refusal('SERVICE_UNAVAILABLE', 'Tokens cannot be verified at the moment. Try again soon.')
  refusal.cause = cause
  return refusal
}
