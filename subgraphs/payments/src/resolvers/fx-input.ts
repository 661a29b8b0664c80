import { Refusal } from '@carriergraph/shared/refusal.ts'

/** Three capitals: rates are kept of currencies that are gone as well. @throws Refusal UNKNOWN_CURRENCY */
export function anyCurrencyIn(text: string, field: string): string {
  if (/^[A-Z]{3}$/.test(text)) return text
  throw new Refusal('UNKNOWN_CURRENCY', 'A currency is three capitals, such as EUR.', [field])
}
