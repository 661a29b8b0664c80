import type { Resolvers } from '../generated/resolvers.ts'
import { BalanceAlert } from './BalanceAlert.ts'
import { BalanceAlertEvent } from './BalanceAlertEvent.ts'
import { BillingAccount } from './BillingAccount.ts'
import { Money } from './Money.ts'
import { openBillingAccount } from './Mutation/openBillingAccount.ts'
import { recordUsage } from './Mutation/recordUsage.ts'
import { Query } from './Query.ts'
import { balanceAlert } from './Subscription/balanceAlert.ts'
import { Tariff } from './Tariff.ts'
import { UsageRecord } from './UsageRecord.ts'
import { User } from './User.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { openBillingAccount, recordUsage },
  Subscription: { balanceAlert },
  BalanceAlert,
  BalanceAlertEvent,
  BillingAccount,
  Money,
  Tariff,
  UsageRecord,
  User,
}
