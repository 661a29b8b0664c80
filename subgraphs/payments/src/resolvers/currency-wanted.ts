import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'

/** The currency that a list is asked for, also one that is gone. @throws Refusal UNKNOWN_CURRENCY */
export function currencyWanted(text: string, field: readonly string[]): CurrencyCode {
  if (isCurrencyCode(text)) return text
  throw new Refusal('UNKNOWN_CURRENCY', 'It is not an ISO 4217 currency in which money can be held.', field)
}
