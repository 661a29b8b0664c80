import type { BalanceAlertEventResolvers } from '../generated/resolvers.ts'
import { present } from './present.ts'

export const BalanceAlertEvent: BalanceAlertEventResolvers = {
  alert: async ({ alertId }, _, { loaders }) => present(await loaders.alert.load(alertId), alertId),
}
