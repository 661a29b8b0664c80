import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Money, type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import type { MoneyInput } from '../generated/resolvers.ts'

/** As long as the longest keys that clients of payment services are used to, and short enough for an index. */
const KEY_LENGTH_MAX = 128

export const idempotencyKeyIn = (text: string) => textIn(text, 'An idempotency key', KEY_LENGTH_MAX, 'idempotencyKey')

/** Before any currency of the table was withdrawn, so that all of them are in use. */
const LONG_AGO = new Date(0)

/**
 * Money in a currency that is or was one: what was begun in a currency goes on, and is answered again, after it was
 * withdrawn. Whoever begins something new asks whether it still is one.
 */
export const moneyIn = ({ amount, currency }: MoneyInput, field: readonly string[]): Outcome<Money, MoneyRefusal> =>
  parseMoney(amount, currency, { day: LONG_AGO, field })

/** The same, and above zero. */
export function amountIn(input: MoneyInput): Outcome<Money, MoneyRefusal> {
  const money = moneyIn(input, ['amount'])
  if (!money.ok || money.value.minor > 0n) return money
  return refuse('INVALID_MONEY', 'The amount must be above zero.', ['amount', 'amount'])
}

/** Long enough for a few sentences, and short enough for a column. */
const REASON_LENGTH_MAX = 500

export const reasonIn = (text: string) => textIn(text, 'A reason', REASON_LENGTH_MAX, 'reason')

/** A text that is kept for ever, in the clear. @param name how a refusal begins */
export function textIn(text: string, name: string, lengthMax: number, field: string): Outcome<string, 'INVALID_VALUE'> {
  if (!isPrintableText(text, lengthMax))
    return refuse('INVALID_VALUE', `${name} has 1 to ${lengthMax} printable characters.`, [field])
  return holdsCardNumber(text) ? refuse('INVALID_VALUE', `${name} must not hold a card number.`, [field]) : ok(text)
}
