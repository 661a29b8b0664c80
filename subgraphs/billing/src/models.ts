import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import type { BalanceAlert } from './db/balance-alerts.ts'
import type { BillingAccount } from './db/billing-accounts.ts'
import type { Tariff } from './db/tariffs.ts'
import type { UsageRecord } from './db/usage-records.ts'

// What resolvers hand on for each object type of the schema.

/** Billing knows of a user only that there are accounts of theirs. */
export type UserModel = { readonly id: Id<'usr'> }
export type BillingAccountModel = BillingAccount
export type TariffModel = Tariff
export type UsageRecordModel = UsageRecord
export type BalanceAlertModel = BalanceAlert
export type BalanceAlertEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly alertId: Id<'alt'>
}
export type MoneyModel = Money
