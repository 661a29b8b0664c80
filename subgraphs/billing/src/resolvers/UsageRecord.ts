import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { explainCharge } from '../domain/rating.ts'
import type { UsageRecordResolvers } from '../generated/resolvers.ts'
import { explanationOf } from './explanation.ts'

export const UsageRecord: UsageRecordResolvers = {
  /** The type has no policy, because it is reached through its account; by its id it is reached without one. */
  async __resolveReference({ id }, { actor, loaders }) {
    const record = await loaders.usageRecord.load(parseId('use', id))
    const account = record && (await loaders.account.load(record.accountId))
    return account !== null && maySee(actor, account.ownerId) ? record : null
  },
  charge: ({ chargeMinor, currency }) => ({ minor: chargeMinor, currency }),
  balanceAfter: ({ balanceAfterMinor, currency }) => ({ minor: balanceAfterMinor, currency }),
  explanation: ({ quantity, ...rate }) => explanationOf(explainCharge(quantity, rate)),
}
