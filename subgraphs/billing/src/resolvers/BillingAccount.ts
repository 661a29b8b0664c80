import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { present, referred } from '@carriergraph/shared/loader.ts'
import { newestAlerts } from '../db/balance-alerts.ts'
import { newestUsage } from '../db/usage-records.ts'
import type { BillingAccountResolvers } from '../generated/resolvers.ts'

export const BillingAccount: BillingAccountResolvers = {
  __resolveReference: async ({ id }, { loaders }) =>
    referred(await loaders.account.load(parseId('acc', id)), 'ACCOUNT_NOT_FOUND', id),
  owner: ({ ownerId }) => ({ id: ownerId }),
  tariff: async ({ tariffId }, _, { loaders }) => present(await loaders.tariff.load(tariffId), tariffId),
  balance: ({ balanceMinor, currency }) => ({ minor: balanceMinor, currency }),
  creditLimit: ({ creditLimitMinor, currency }) => ({ minor: creditLimitMinor, currency }),
  lowBalanceThreshold: ({ lowBalanceThresholdMinor, currency }) => ({ minor: lowBalanceThresholdMinor, currency }),
  usageRecords: ({ id }, args, { loaders }) => loaders.usageOfAccount.load(id, pageArgs(newestUsage, args)),
  balanceAlerts: ({ id }, args, { loaders }) => loaders.alertsOfAccount.load(id, pageArgs(newestAlerts, args)),
}
