import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

/** The last month, in UTC, in which a card is good. */
export type Expiry = { readonly month: number; readonly year: number }

export type ExpiryCode = 'INVALID_EXPIRY' | 'CARD_EXPIRED'

/** No scheme issues cards for longer: a later year is a typing error. */
const YEARS_AHEAD_MAX = 20

/** A card is good to the end of its month, in UTC. */
export const isExpired = ({ month, year }: Expiry, now: Date): boolean => Date.UTC(year, month, 1) <= now.getTime()

/** Reads the expiry of a card that is to be used from now on. */
export function parseExpiry({ month, year }: Expiry, now: Date): Outcome<Expiry, ExpiryCode> {
  if (!Number.isInteger(month) || month < 1 || month > 12)
    return refuse('INVALID_EXPIRY', 'The month is a number from 1 to 12.', ['expiryMonth'])
  const currentYear = now.getUTCFullYear()
  if (!Number.isInteger(year) || year < 1000 || year > currentYear + YEARS_AHEAD_MAX)
    return refuse('INVALID_EXPIRY', `The year has four digits and is at most ${YEARS_AHEAD_MAX} years ahead.`, [
      'expiryYear',
    ])
  if (isExpired({ month, year }, now)) return refuse('CARD_EXPIRED', 'The card has expired.', ['expiryMonth'])
  return ok({ month, year })
}
