import { dayOf } from '@carriergraph/shared/day.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { MINOR_MAX, type Money, money, toDecimal } from '@carriergraph/shared/money/money.ts'
import { roundToMinor } from '@carriergraph/shared/money/round.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import type { FxQuote } from '../db/fx-quotes.ts'
import { crossRate, type RateCode, type ReferenceRate } from '../fx/cross-rate.ts'

type Quoted = Pick<FxQuote, 'debitedMinor' | 'sourceCurrency' | 'sourceRate' | 'sourceRateDay' | 'createdAt'>

/**
 * What is debited in dollars: by the quote's own rate of its currency, and the dollar's of the quote's day. Rounded up, so that
 * no limit and no report is missed by a cent.
 * @param dollar the dollar's rate in force on the day of the quote
 */
export function usdEquivalent(quote: Quoted, dollar: ReferenceRate | undefined): Outcome<Money, RateCode> {
  const { debitedMinor, sourceCurrency, sourceRate, sourceRateDay, createdAt } = quote
  if (sourceCurrency === 'USD') return ok(money(debitedMinor, 'USD'))
  const legs = new Map<string, ReferenceRate>()
  if (dollar !== undefined) legs.set('USD', dollar)
  if (sourceRate !== null && sourceRateDay !== null)
    legs.set(sourceCurrency, {
      currency: sourceCurrency,
      day: sourceRateDay,
      version: 1,
      rate: new Decimal(sourceRate),
    })
  const rate = crossRate({ from: sourceCurrency, to: 'USD', day: dayOf(createdAt) }, legs)
  if (!rate.ok) return { ...rate, field: ['quoteId'] }
  const exactly = toDecimal(money(debitedMinor, sourceCurrency))
    .times(dollar?.rate ?? 1)
    .div(sourceRate ?? 1)
  const minor = roundToMinor(exactly, 'USD', 'UP')
  // Far beyond every limit, which refuses it by its name.
  if (minor > MINOR_MAX) return ok(money(MINOR_MAX, 'USD'))
  return ok(money(minor, 'USD'))
}
