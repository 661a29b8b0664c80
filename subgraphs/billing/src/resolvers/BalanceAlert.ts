import { parseId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import { explainAlert } from '../domain/alerts.ts'
import type { BalanceAlertResolvers } from '../generated/resolvers.ts'
import { explanationOf } from './explanation.ts'

export const BalanceAlert: BalanceAlertResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.alert.load(parseId('alt', id)),
  account: async ({ accountId }, _, { loaders }) => present(await loaders.account.load(accountId), accountId),
  balance: ({ balanceMinor, currency }) => ({ minor: balanceMinor, currency }),
  threshold: ({ thresholdMinor, currency }) => ({ minor: thresholdMinor, currency }),
  explanation: (alert) => explanationOf(explainAlert(alert)),
}
