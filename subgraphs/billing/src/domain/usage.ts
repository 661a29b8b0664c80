import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

export const USAGE_TYPES = ['VOICE', 'DATA', 'SMS'] as const
export type UsageType = (typeof USAGE_TYPES)[number]

/** One call, data session or message, as its source tells it. */
export type Usage = {
  /** Given by the source: known by it for ever. */
  readonly recordId: string
  /** E.164 without the plus sign. */
  readonly msisdn: string
  readonly usageType: UsageType
  /** Seconds (VOICE), bytes (DATA) or messages (SMS). */
  readonly quantity: number
  readonly startedAt: Date
}

/** What can be wrong with the particulars of a usage record, in the order in which it is looked for. */
export type UsageFault =
  | 'RECORD_ID_INVALID'
  | 'MSISDN_INVALID'
  | 'QUANTITY_INVALID'
  | 'QUANTITY_TOO_LARGE'
  | 'STARTED_AT_INVALID'
  | 'STARTED_AT_TOO_EARLY'
  | 'STARTED_AT_IN_FUTURE'

/** The unit in which each type is measured, in the plural. */
export const UNITS: Readonly<Record<UsageType, string>> = { VOICE: 'seconds', DATA: 'bytes', SMS: 'messages' }

/**
 * The largest quantity of one record: what is above it is a fault of unit or of the source, and charging it would empty
 * an account. A month of talk, a pebibyte (10 Gbit/s for ten days), a bulk sender's day.
 */
export const QUANTITY_MAX: Readonly<Record<UsageType, number>> = {
  VOICE: 31 * 86_400,
  DATA: 2 ** 50,
  SMS: 1_000_000,
}

/** Clocks of switches drift; a record from further ahead would be charged before the use. */
export const CLOCK_DRIFT_MS_MAX = 5 * 60_000

/** A source whose clock was never set says 1970; no network that this one settles with has older records. */
export const EARLIEST = new Date(Date.UTC(2000, 0, 1))

const RECORD_ID_LENGTH_MAX = 128
const MSISDN = /^[1-9]\d{6,14}$/
const STARTED_AT_RULE = 'A time is one that there is, in RFC 3339 with its offset: 2026-11-20T10:00:00Z.'
const MSISDN_RULE = 'A number has 7 to 15 digits and begins with its country code, without plus sign.'

/** Accepts particulars that may be charged, or names the first fault; `field` is the particular at fault. */
export function checkUsage(usage: Usage, now: Date): Outcome<Usage, UsageFault> {
  const { recordId, msisdn, usageType, quantity, startedAt } = usage
  if (!isPrintableText(recordId, RECORD_ID_LENGTH_MAX))
    return refuse('RECORD_ID_INVALID', `A record id has 1 to ${RECORD_ID_LENGTH_MAX} printable characters.`, [
      'recordId',
    ])
  if (!isMsisdn(msisdn)) return refuse('MSISDN_INVALID', MSISDN_RULE, ['msisdn'])
  if (!Number.isSafeInteger(quantity) || quantity < 0)
    return refuse('QUANTITY_INVALID', 'A quantity is a whole number from 0.', ['quantity'])
  if (quantity > QUANTITY_MAX[usageType]) {
    const most = `${QUANTITY_MAX[usageType]} ${UNITS[usageType]}`
    return refuse('QUANTITY_TOO_LARGE', `One ${usageType} record has ${most} at the most.`, ['quantity'])
  }
  const fault = startFault(startedAt, now)
  return fault ?? ok(usage)
}

/** Whether the text is a subscriber number: E.164 without the plus sign, 7 to 15 digits. */
export const isMsisdn = (text: string): boolean => MSISDN.test(text)

/** Whether two records of one id tell the same usage, so that the second is a repetition and not a mistake. */
export function sameUsage(a: Usage, b: Usage): boolean {
  return (
    a.msisdn === b.msisdn &&
    a.usageType === b.usageType &&
    a.quantity === b.quantity &&
    a.startedAt.getTime() === b.startedAt.getTime()
  )
}

function startFault(startedAt: Date, now: Date) {
  const field = ['startedAt']
  if (Number.isNaN(startedAt.getTime())) return refuse('STARTED_AT_INVALID', STARTED_AT_RULE, field)
  if (startedAt < EARLIEST)
    return refuse('STARTED_AT_TOO_EARLY', 'Use from before 2000 is a sign of a clock that was never set.', field)
  if (startedAt.getTime() > now.getTime() + CLOCK_DRIFT_MS_MAX)
    return refuse('STARTED_AT_IN_FUTURE', 'The use begins more than 5 minutes from now.', field)
  return undefined
}
