import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import { checkUsage, USAGE_TYPES, type Usage, type UsageFault, type UsageType } from './usage.ts'

/** The fields of one line of a CDR file before anything is known about them: texts, or JSON values. */
export type CdrFields = Readonly<Record<keyof Usage, unknown>>

/** Why a line of a CDR file is not charged. */
export type CdrFault = UsageFault | 'FIELD_MISSING' | 'USAGE_TYPE_UNKNOWN'

/**
 * Reads the fields of a call detail record: quantity as a whole number or its digits, startedAt in RFC 3339 with an
 * offset. The first fault is named; the order is that of the fields, as a person would read the line.
 */
export function readCdr(fields: CdrFields, now: Date): Outcome<Usage, CdrFault> {
  for (const name of FIELDS) {
    const value = fields[name]
    if (value === undefined || value === null || value === '')
      return refuse('FIELD_MISSING', 'The field is empty or missing.', [name])
  }
  const { recordId, msisdn, usageType } = fields
  if (typeof recordId !== 'string') return refuse('RECORD_ID_INVALID', 'A record id is a text.', ['recordId'])
  if (typeof msisdn !== 'string') return refuse('MSISDN_INVALID', 'A number is a text of digits.', ['msisdn'])
  if (!isUsageType(usageType))
    return refuse('USAGE_TYPE_UNKNOWN', `A usage type is one of ${USAGE_TYPES.join(', ')}.`, ['usageType'])
  const quantity = readQuantity(fields.quantity)
  const startedAt = readInstant(fields.startedAt)
  return checkUsage({ recordId, msisdn, usageType, quantity, startedAt }, now)
}

const FIELDS = ['recordId', 'msisdn', 'usageType', 'quantity', 'startedAt'] as const satisfies (keyof Usage)[]

const isUsageType = (value: unknown): value is UsageType => USAGE_TYPES.some((type) => type === value)

/** NaN where it is no whole number, which the check of the usage refuses. `Number` alone would read " 1e3" as 1000. */
function readQuantity(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
}

/** An invalid date where it is no RFC 3339 instant. `Date` alone would take "1" for 2001 and roll 30 February over. */
function readInstant(value: unknown): Date {
  const parts = typeof value === 'string' ? RFC_3339.exec(value) : null
  if (parts === null) return new Date(Number.NaN)
  const [, year, month, day] = parts.map(Number)
  const isDay = year !== undefined && month !== undefined && day !== undefined && day <= daysIn(year, month)
  return isDay ? new Date(parts[0].toUpperCase().replace(' ', 'T')) : new Date(Number.NaN)
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/
