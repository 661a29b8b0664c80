import { csv } from '@carriergraph/shared/config.ts'
import { isDay } from '@carriergraph/shared/day.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import { businessDayFrom, type ClosingDays, calendarOf, REST_DAYS_MAX } from '../settlement/calendar.ts'

const EXPECTED = 'expected such as JPY=2026-11-23/2027-01-01,USD=2026-11-26'

/** `JPY=2026-11-23/2027-01-01,USD=2026-11-26`: currencies, each once, with the days on which they are not settled. */
export const closingDays = csv.transform((entries, context): ClosingDays => {
  const closed = new Map<CurrencyCode, ReadonlySet<string>>()
  const fault = (problem: string) => context.addIssue({ code: 'custom', message: `${problem}, ${EXPECTED}` })
  for (const entry of entries) {
    const [currency = '', list = '', ...rest] = entry.split('=')
    const days = list.split('/').map((day) => day.trim())
    const noDay = days.find((day) => !isDay(day))
    if (rest.length > 0) fault(`has ${JSON.stringify(entry)}, which is no currency with its days`)
    else if (!isCurrencyCode(currency)) fault(`has ${JSON.stringify(currency)}, which is no currency`)
    else if (noDay !== undefined) fault(`has ${JSON.stringify(noDay)} for ${currency}, which is no day`)
    else if (closed.has(currency)) fault(`has ${currency} twice`)
    else closed.set(currency, new Set(days))
  }
  for (const [currency, days] of closed)
    if (!opensAgain(currency, days)) fault(`has no business day in ${REST_DAYS_MAX} days for ${currency}`)
  return closed
})

/** Looked at here, since payments would fail on those days. */
function opensAgain(currency: CurrencyCode, days: ReadonlySet<string>): boolean {
  const calendar = calendarOf(currency, new Map([[currency, days]]))
  try {
    for (const day of days) businessDayFrom(calendar, day)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
