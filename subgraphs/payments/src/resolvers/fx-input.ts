import { Refusal } from '@carriergraph/shared/refusal.ts'

/** Three capitals: rates are kept of currencies that are gone as well. @throws Refusal UNKNOWN_CURRENCY */
export function anyCurrencyIn(text: string, field: string): string {
  if (/^[A-Z]{3}$/.test(text)) return text
  throw new Refusal('UNKNOWN_CURRENCY', 'A currency is three capitals, such as EUR.', [field])
}

/** @throws Refusal BAD_USER_INPUT for what is no day of the calendar */
export function dayIn(text: string): string {
  const instant = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? new Date(`${text}T00:00:00.000Z`) : undefined
  const isDay = instant !== undefined && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text)
  if (isDay && text >= '0001-01-01') return text
  throw new Refusal('BAD_USER_INPUT', 'A day is written as YYYY-MM-DD, such as 2026-11-21.', ['day'])
}
