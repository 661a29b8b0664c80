import { csv } from '@carriergraph/shared/config.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import { type Money, money, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type FeeSchedule, feeOf } from '../settlement/fees.ts'
import { RAIL_NAMES, type RailName } from './rail.ts'

/** What rails charge for each transfer, by `rail/CURRENCY`; nothing where there is no entry. */
export type RailFees = ReadonlyMap<string, FeeSchedule>

const keyOf = (rail: RailName, currency: CurrencyCode): string => `${rail}/${currency}`

/** What a rail charges for a transfer of so much, in its currency. */
export function railFeeOf(fees: RailFees, rail: RailName, amount: Money): Money {
  const schedule = fees.get(keyOf(rail, amount.currency))
  return schedule === undefined ? money(0n, amount.currency) : feeOf(amount, schedule)
}

const EXPECTED = 'expected such as iso20022/EUR=0.25+10bp<=5.00,sandbox/USD=15bp'

/** At most all of it. */
const BASIS_POINTS_MAX = 10_000

const ENTRY = /^([a-z0-9]+)\/([A-Z]{3})=(?:([\d.]+)(?:\+(\d{1,5})bp)?|(\d{1,5})bp)(?:<=([\d.]+))?$/

/** `iso20022/EUR=0.25+10bp<=5.00`: a fixed amount, a share in hundredths of a per cent, or both, and what it is at the most. */
export const railFees = csv.transform((entries, context): RailFees => {
  const fees = new Map<string, FeeSchedule>()
  const fault = (problem: string) => context.addIssue({ code: 'custom', message: `${problem}, ${EXPECTED}` })
  for (const entry of entries) {
    const read = readEntry(entry)
    if (typeof read === 'string') fault(`has ${JSON.stringify(entry)}, ${read}`)
    else if (fees.has(read.key)) fault(`has ${read.key} twice`)
    else fees.set(read.key, read.schedule)
  }
  return fees
})

/** One entry, or what is wrong with it. */
function readEntry(entry: string): { readonly key: string; readonly schedule: FeeSchedule } | string {
  const [whole, name, currency = '', fixed, share, shareAlone, max] = ENTRY.exec(entry) ?? []
  if (whole === undefined) return 'which is no fee of a rail'
  const rail = RAIL_NAMES.find((known) => known === name)
  if (rail === undefined) return 'which names no rail'
  if (!isCurrencyCode(currency)) return 'which names no currency'
  const basisPoints = Number(share ?? shareAlone ?? 0)
  if (basisPoints > BASIS_POINTS_MAX) return `which is above ${BASIS_POINTS_MAX}bp`
  const fixedMinor = minorIn(fixed ?? '0', currency)
  const maxMinor = max === undefined ? undefined : minorIn(max, currency)
  if (fixedMinor === null || maxMinor === null) return `which has an amount that is none in ${currency}`
  return { key: keyOf(rail, currency), schedule: { fixedMinor, basisPoints, maxMinor } }
}

/** Nobody charges that much: so that no sum with what is moved is more than an account can hold. */
const FEE_MINOR_MAX = 10n ** 9n

/** Minor units of an amount; null where it is none, or is too much for a fee. */
function minorIn(amount: string, currency: CurrencyCode): bigint | null {
  const parsed = parseMoney(amount, currency)
  return parsed.ok && parsed.value.minor <= FEE_MINOR_MAX ? parsed.value.minor : null
}
