import type { RailName } from '../rails/rail.ts'
import type { FeeSchedule } from './fees.ts'
import type { Netting, SettlementAccounts } from './orders.ts'
import type { CycleSchedule } from './schedule.ts'

/** How one rail clears and settles one currency. */
export type SettlementTerms = {
  readonly rail: RailName
  readonly schedule: CycleSchedule
  readonly netting: Netting
  readonly fees: FeeSchedule
  readonly accounts: SettlementAccounts
}
