import { GraphQLError } from 'graphql'
import type { Refused } from './outcome.ts'

/** Every code that the shared kit itself answers with, and what it means. docs/errors.md is generated from this. */
export const KIT_REFUSALS = {
  UNAUTHENTICATED: 'No token was sent, or it is expired, forged, or from another issuer. Sign in again.',
  FORBIDDEN: 'The token is good, but its roles or scopes do not allow this.',
  BAD_USER_INPUT: 'An argument or variable has a value that its type does not allow.',
  INVALID_ID: 'The text is not an id of the expected kind; the prefix before the underscore says the kind.',
  INVALID_CURSOR: 'The cursor was not issued by this list in this order, or was altered. Start without one.',
  PAGE_SIZE_OUT_OF_RANGE: 'The page size is below 1 or above the limit that the field names.',
  INVALID_MONEY: 'The amount is not a plain decimal with at most the digits of its currency, or is too large.',
  UNKNOWN_CURRENCY: 'The code is not a current ISO 4217 currency in which money can be held.',
  SERVICE_UNAVAILABLE:
    'A service cannot reach its database at the moment. Whether a mutation was done is not known: send it again as it was, with the same idempotency key, after `extensions.retryAfter_s` seconds.',
  OVERLOADED:
    'There is more work than can be done in time. Whether a mutation was done is not known: send it again as it was, with the same idempotency key, after `extensions.retryAfter_s` seconds.',
} as const satisfies Record<string, string>

export type KitRefusalCode = keyof typeof KIT_REFUSALS

/** Open for the codes of a domain, while an editor still offers the kit's own. */
export type RefusalCode = KitRefusalCode | (string & Record<never, never>)

/**
 * A refusal of a query or an argument, where there is no mutation payload to carry it as data.
 * The edge error mapper lets it through as it is; every other error is masked.
 */
export class Refusal extends GraphQLError {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string, field?: readonly string[]) {
    super(message, { extensions: field === undefined ? { code } : { code, field } })
    this.code = code
  }

  /** For a query that meets a domain rule's refusal and has no payload to answer it in. */
  static from(refused: Refused<string>): Refusal {
    return new Refusal(refused.code, refused.message, refused.field)
  }
}

/** graphql-js wraps what a resolver or a scalar throws, sometimes twice; this finds the refusal inside, if any. */
export function refusalBehind(error: unknown): Refusal | undefined {
  let inner = error
  while (inner instanceof GraphQLError && !(inner instanceof Refusal)) inner = inner.originalError
  return inner instanceof Refusal ? inner : undefined
}
