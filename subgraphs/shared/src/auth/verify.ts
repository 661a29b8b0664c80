import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { AcceptedTokens } from './accepted-tokens.ts'
import { type Actor, ANONYMOUS } from './actor.ts'
import type { Caller } from './caller.ts'
import { actorFromClaims, type BadClaim } from './claims.ts'
import { keysOfIssuer } from './issuer-keys.ts'
import { tokenExpired, unauthenticated } from './refusals.ts'

/** Signatures by a private key only: with HS256 a holder of the public key could sign tokens. */
export const TOKEN_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

export type TokenVerifierOptions = {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly TokenAlgorithm[]
  readonly clock: Clock
  /** How far the issuer's clock may differ from ours. */
  readonly leeway_s: number
  /** How long an unknown key id does not make us fetch the keys again: a forger must not drive the issuer. */
  readonly cooldown_ms?: number
  /** Told of an issuer that fails. */
  readonly log?: Log
}

/** @template A what becomes of a token's claims */
export type TokenVerifier<A extends Caller = Actor> = {
  /**
   * @param authorizationHeader `Bearer <token>`, or undefined for the anonymous actor
   * @throws Refusal UNAUTHENTICATED with `extensions.reason`, or SERVICE_UNAVAILABLE when the keys cannot be fetched
   */
  verify(authorizationHeader: string | undefined): Promise<A | Actor>
  /**
   * Resolves when tokens can be verified, which is once the issuer's keys were fetched; from then on an outage of the
   * issuer is told to those whom it concerns.
   * @throws Refusal SERVICE_UNAVAILABLE when the keys cannot be fetched, or when there are none
   */
  ready(): Promise<void>
}

/** Makes of the claims of a verified token whom it speaks for; `leeway_s` is how long after `exp` it is still accepted. */
export type ReadClaims<A extends Caller> = (payload: JWTPayload, leeway_s: number) => A | BadClaim

/** Verifies tokens against the issuer's published keys, which are cached and fetched again when a new one appears. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier
export function createTokenVerifier<A extends Caller>(
  options: TokenVerifierOptions,
  read: ReadClaims<A>,
): TokenVerifier<A>
export function createTokenVerifier(
  options: TokenVerifierOptions,
  read: ReadClaims<Caller> = actorFromClaims,
): TokenVerifier<Caller> {
  const { issuer, audience, algorithms, clock, leeway_s, cooldown_ms = 30_000 } = options
  const accepted = new AcceptedTokens<Caller>()
  const keys = keysOfIssuer({ ...options, cooldown_ms, onFetched: () => accepted.forget() })

  async function payloadOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: leeway_s,
        currentDate: clock(),
      })
      return payload
    } catch (error) {
      throw refusalFor(error)
    }
  }

  return {
    async verify(header) {
      if (header === undefined) return ANONYMOUS
      const token = header.length <= HEADER_LENGTH_MAX ? BEARER.exec(header)?.[1] : undefined
      if (token === undefined) throw invalid('The authorization header is not "Bearer <token>".')
      const known = accepted.get(token, clock())
      if (known !== undefined) return known
      const accept = accepted.begin(token, clock())
      const actor = read(await payloadOf(token), leeway_s)
      if ('badClaim' in actor) throw invalid(`The token's claim "${actor.badClaim}" is missing or not as it must be.`)
      accept(actor)
      return actor
    },
    ready: () => keys.published(),
  }
}

const invalid = (message: string): Refusal => unauthenticated('TOKEN_INVALID', message)

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof errors.JWTExpired) return tokenExpired()
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(`The token's claim "${error.claim}" is not the one that this graph expects.`)
  return invalid('The token is malformed, forged, or signed by a key that its issuer does not publish.')
}

const BEARER = /^bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)$/i
/** Far above any token of ours, far below what costs time to hash. */
const HEADER_LENGTH_MAX = 8192
