import { addDays, weekdayOf } from '@carriergraph/shared/day.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'

/** On which days a currency is settled. */
export type Calendar = { isBusinessDay(day: string): boolean }

/** Days on which the settlement systems of currencies rest beside weekends. */
export type ClosingDays = ReadonlyMap<CurrencyCode, ReadonlySet<string>>

export const NO_CLOSING_DAYS: ClosingDays = new Map()

const [SUNDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 4, 5, 6]
const USUAL_WEEKEND: readonly number[] = [SATURDAY, SUNDAY]
const FRIDAY_WEEKEND: readonly number[] = [FRIDAY, SATURDAY]
const THURSDAY_WEEKEND: readonly number[] = [THURSDAY, FRIDAY]

/** Currencies whose banks rest on other days, as CLDR has them and their central banks. AED is none of them since 2022. */
const WEEKENDS: Partial<Readonly<Record<CurrencyCode, readonly number[]>>> = {
  AFN: THURSDAY_WEEKEND,
  BDT: FRIDAY_WEEKEND,
  BHD: FRIDAY_WEEKEND,
  DZD: FRIDAY_WEEKEND,
  EGP: FRIDAY_WEEKEND,
  ILS: FRIDAY_WEEKEND,
  IQD: FRIDAY_WEEKEND,
  IRR: THURSDAY_WEEKEND,
  JOD: FRIDAY_WEEKEND,
  KWD: FRIDAY_WEEKEND,
  LYD: FRIDAY_WEEKEND,
  MVR: FRIDAY_WEEKEND,
  OMR: FRIDAY_WEEKEND,
  QAR: FRIDAY_WEEKEND,
  SAR: FRIDAY_WEEKEND,
  SDG: FRIDAY_WEEKEND,
  SYP: FRIDAY_WEEKEND,
  YER: FRIDAY_WEEKEND,
}

/**
 * The calendar of a currency. Of the euro it is T2's (TARGET2's before 2023), by rule; it holds from 2002 on. Of other
 * currencies weekends are known here, and the closing days of their settlement system are given.
 */
export function calendarOf(currency: CurrencyCode, closingDays: ClosingDays): Calendar {
  const closed = closingDays.get(currency)
  const weekend = WEEKENDS[currency] ?? USUAL_WEEKEND
  return {
    isBusinessDay: (day) =>
      !weekend.includes(weekdayOf(day)) && !closed?.has(day) && !(currency === 'EUR' && isT2ClosingDay(day)),
  }
}

const T2_FIXED_CLOSING_DAYS: ReadonlySet<string> = new Set(['01-01', '05-01', '12-25', '12-26'])

/** New Year's Day, Good Friday, Easter Monday, 1 May, 25 and 26 December, whatever weekday they are. */
function isT2ClosingDay(day: string): boolean {
  if (T2_FIXED_CLOSING_DAYS.has(day.slice(5))) return true
  const easter = easterSunday(Number(day.slice(0, 4)))
  return day === addDays(easter, -2) || day === addDays(easter, 1)
}

/** Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Nature, 20 April 1876). */
export function easterSunday(year: number): string {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451)
  const sum = epact + toSunday - 7 * late + 114
  const text = (number: number) => String(number).padStart(2, '0')
  return `${year}-${text(Math.floor(sum / 31))}-${text((sum % 31) + 1)}`
}

/** No settlement system rests for so long. */
export const REST_DAYS_MAX = 30

/** The day itself, where business is done on it, or the next one. @throws RangeError where there is none within 30 days */
export function businessDayFrom(calendar: Calendar, day: string): string {
  for (let later = 0; later <= REST_DAYS_MAX; later += 1) {
    const candidate = addDays(day, later)
    if (calendar.isBusinessDay(candidate)) return candidate
  }
  throw new RangeError(`No business day within ${REST_DAYS_MAX} days of ${day}.`)
}

/** The business day that is `count` business days after a business day. */
export function addBusinessDays(calendar: Calendar, day: string, count: number): string {
  let reached = day
  for (let added = 0; added < count; added += 1) reached = businessDayFrom(calendar, addDays(reached, 1))
  return reached
}
