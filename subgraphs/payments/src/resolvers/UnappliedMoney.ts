import type { UnappliedMoneyResolvers } from '../generated/resolvers.ts'

export const UnappliedMoney: UnappliedMoneyResolvers = {
  owner: ({ ownerId }) => ({ id: ownerId }),
  account: ({ accountId }, _, { loaders }) => loaders.ledgerAccount.load(accountId),
}
