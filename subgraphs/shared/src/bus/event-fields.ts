import { z } from 'zod'
import { type Id, isId } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import { isCurrencyCode } from '../money/currency.ts'
import { formatAmount, type Money, parseMoney } from '../money/money.ts'

// The fields of event payloads. Events are JSON, written once and read for years by services in any language: each
// field has one spelling, `z.toJSONSchema` says which, and what the pattern cannot say is checked besides.

/** A text that JSON Schema knows by its pattern and the compiler, in `z.output`, by `is`, which alone decides. */
const textOf = <T extends string>(pattern: RegExp, is: (text: string) => text is T): z.ZodType<T, string> =>
  z.string().regex(pattern).refine(is)

/** A typed id, such as `slc_01k9c7wqv8e1btd4bnc1yyfxvx` for the prefix `slc`. */
export const idField = <P extends string>(prefix: P): z.ZodType<Id<P>, string> =>
  textOf(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), (text): text is Id<P> => isId(prefix, text))

/** An ISO 4217 code. Withdrawn currencies as well: an event tells what was. */
export const currencyField = textOf(/^[A-Z]{3}$/, isCurrencyCode).describe('ISO 4217 code.')

/** An amount as `eventMoney` writes it, of either sign. */
export const moneyField = z
  .strictObject({
    amount: z
      .string()
      .regex(/^-?(0|[1-9][0-9]{0,18})(\.[0-9]{2,3})?$/)
      .describe('In major units, with exactly the digits of the currency.'),
    currency: currencyField,
  })
  .refine(isExact, 'not an amount with exactly the digits of its currency')

/** An instant in UTC, as `Date.toISOString` writes it. */
export const instantField = z.iso.datetime({ precision: 3 })

/** Money as events carry it. */
export const eventMoney = (money: Money): z.output<typeof moneyField> => ({
  amount: formatAmount(money),
  currency: money.currency,
})

function isExact({ amount, currency }: { amount: string; currency: CurrencyCode }): boolean {
  const parsed = parseMoney(amount, currency, { signed: true, day: BEFORE_ANY_WITHDRAWAL })
  return parsed.ok && formatAmount(parsed.value) === amount
}

const BEFORE_ANY_WITHDRAWAL = new Date(0)
