import { present } from '@carriergraph/shared/loader.ts'
import type { BalanceAlertEventResolvers } from '../generated/resolvers.ts'

export const BalanceAlertEvent: BalanceAlertEventResolvers = {
  alert: async ({ alertId }, _, { loaders }) => present(await loaders.alert.load(alertId), alertId),
}
