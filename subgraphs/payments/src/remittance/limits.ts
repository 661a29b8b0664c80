import { parseDecimal } from '@carriergraph/shared/money/decimal.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { roundToMinor } from '@carriergraph/shared/money/round.ts'
import { z } from 'zod'

/** What one sender may send, in dollars. */
export type RemittanceLimits = {
  readonly each: Money
  /** From midnight to midnight, UTC. */
  readonly day: Money
  /** The last thirty times 24 hours. */
  readonly thirtyDays: Money
}

/** Beyond it no limit limits anything. */
const LIMIT_USD_MAX = 1_000_000_000_000

const dollars = z.string().transform((text, context): Money => {
  const value = parseDecimal(text.trim())
  if (value?.gte(0) && value.lte(LIMIT_USD_MAX) && value.decimalPlaces() <= 2)
    return money(roundToMinor(value, 'USD', 'DOWN'), 'USD')
  context.addIssue({ code: 'custom', message: `is ${JSON.stringify(text)}, expected dollars, such as 10000.00` })
  return z.NEVER
})

/** A week: whoever needs longer needs a new quote. */
const HOURS_MAX = 168

const hours = z
  .string()
  .trim()
  .regex(/^\d{1,3}$/, { error: `is out of range, expected 1 to ${HOURS_MAX} hours` })
  .transform(Number)
  .refine((value) => value >= 1 && value <= HOURS_MAX, { error: `is out of range, expected 1 to ${HOURS_MAX} hours` })

/** What remittances read of the environment; all of it has a default. */
export const REMITTANCE_SETTINGS = {
  /** In dollars by the rates of the quote's day: of one remittance, and of one sender in a day and in thirty days. */
  REMITTANCE_LIMIT_USD: dollars.optional(),
  REMITTANCE_LIMIT_DAY_USD: dollars.optional(),
  REMITTANCE_LIMIT_30_DAYS_USD: dollars.optional(),
  /** How long compliance has: the rate was promised for 30 seconds, and every hour more is the operator's risk. */
  REMITTANCE_DECISION_HOURS: hours.optional(),
} as const

const settings = z.object(REMITTANCE_SETTINGS)
export type RemittanceSettings = z.output<typeof settings>

export type RemittanceTerms = { readonly limits: RemittanceLimits; readonly decision_hours: number }

const dollarsOf = (whole: bigint): Money => money(whole * 100n, 'USD')

export const remittanceTerms = (given: RemittanceSettings): RemittanceTerms => ({
  limits: {
    each: given.REMITTANCE_LIMIT_USD ?? dollarsOf(25_000n),
    day: given.REMITTANCE_LIMIT_DAY_USD ?? dollarsOf(50_000n),
    thirtyDays: given.REMITTANCE_LIMIT_30_DAYS_USD ?? dollarsOf(100_000n),
  },
  decision_hours: given.REMITTANCE_DECISION_HOURS ?? 24,
})
