import { readDay, shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position } from '../statement.ts'

const YEARS = { YYYY: '(?<year>\\d{4})', YY: '(?<year>\\d{2})' }
const MONTHS = { MMM: '(?<month>[A-Za-z]{3})', MM: '(?<month>\\d{2})', M: '(?<month>\\d{1,2})' }
const DAYS = { DD: '(?<day>\\d{2})', D: '(?<day>\\d{1,2})' }
const PARTS: Readonly<Record<string, string>> = { ...YEARS, ...MONTHS, ...DAYS }
const PART = /YYYY|YY|MMM|MM|M|DD|D|[-./:, ]/g

/** Whether a format names year, month and day once each, so that no digit may be of two of them. */
export function isDateFormat(format: string): boolean {
  const parts = format.match(PART) ?? []
  const isOnce = [YEARS, MONTHS, DAYS].every((names) => parts.filter((part) => part in names).length === 1)
  const areApart = parts.every((part, at) => !isOfOneOrTwo(part) || !isOfDigits(parts[at + 1] ?? ''))
  return isOnce && areApart && parts.join('') === format
}

const isOfOneOrTwo = (part: string): boolean => part === 'M' || part === 'D'
const isOfDigits = (part: string): boolean => part in PARTS && part !== 'MMM'

/** Reads a day as the mapping writes it; a time behind it is left out, and an offset does not change the bank's day. */
export function dayReader(format: string): (text: string, position: Position) => string {
  const pattern = format.replaceAll(PART, (part) => PARTS[part] ?? part.replace('.', '\\.'))
  const form = new RegExp(`^${pattern}${TIME}$`)
  return (text, position) => {
    const { year, month, day } = form.exec(text.trim())?.groups ?? {}
    const number = month && monthOf(month)
    if (year === undefined || number === undefined || day === undefined)
      throw new StatementFault('DATE_INVALID', `${shown(text)} is not written as ${format}.`, position)
    return readDay(year.length === 2 ? `20${year}` : year, number, day.padStart(2, '0'), text, position)
  }
}

const TIME = '(?:[ T]\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?: ?[AP]M)?(?:Z| ?[+-]\\d{2}:?\\d{2})?)?'

function monthOf(text: string): string | undefined {
  if (/^\d/.test(text)) return text.padStart(2, '0')
  const at = MONTH_NAMES.indexOf(text.toLowerCase())
  return at === -1 ? undefined : String(at + 1).padStart(2, '0')
}

/** As British, American and Asian banks write them. */
const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
