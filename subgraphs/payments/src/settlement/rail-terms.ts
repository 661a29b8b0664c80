import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { RailName } from '../rails/rail.ts'
import type { ClearingSettings } from '../rails/settings.ts'
import { calendarOf } from './calendar.ts'
import type { SettlementTerms } from './terms.ts'

/**
 * Participants are the operator's own accounts, which owe it nothing; what a rail charges is an item of its own
 * (`flow/clear.ts`).
 */
const NO_FEES = { fixedMinor: 0n, basisPoints: 0, maxMinor: undefined } as const

/** How what a rail has moved for payments is cleared and settled. */
export const railTerms = (
  rail: RailName,
  currency: CurrencyCode,
  { cutOffs, timeZone, settlementDays, closingDays }: ClearingSettings,
  accounts: { readonly SETTLEMENT: Id<'led'>; readonly FEE_INCOME: Id<'led'> },
): SettlementTerms => ({
  rail,
  schedule: { timeZone, cutOffs, settlementDays, calendar: calendarOf(currency, closingDays) },
  netting: 'MULTILATERAL',
  fees: NO_FEES,
  accounts: { settlementId: accounts.SETTLEMENT, feesId: accounts.FEE_INCOME },
})
