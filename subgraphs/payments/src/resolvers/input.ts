import { type Money, type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { MoneyInput } from '../generated/resolvers.ts'

/** As long as the longest keys that clients of payment services are used to, and short enough for an index. */
const KEY_LENGTH_MAX = 128
/** Control characters cannot be typed again; half a surrogate pair becomes another character on its way to the database. */
const UNSAFE_IN_KEY = /[\p{Cc}\p{Cs}]/u

export function idempotencyKeyIn(text: string): Outcome<string, 'INVALID_VALUE'> {
  if (text.length >= 1 && text.length <= KEY_LENGTH_MAX && !UNSAFE_IN_KEY.test(text)) return ok(text)
  const message = `An idempotency key has 1 to ${KEY_LENGTH_MAX} printable characters.`
  return refuse('INVALID_VALUE', message, ['idempotencyKey'])
}

/** An amount above zero, in a currency that is in use on `day`. */
export function paidAmountIn({ amount, currency }: MoneyInput, day: Date): Outcome<Money, MoneyRefusal> {
  const money = parseMoney(amount, currency, { day, field: ['amount'] })
  if (!money.ok || money.value.minor > 0n) return money
  return refuse('INVALID_MONEY', 'The amount must be above zero.', ['amount', 'amount'])
}
