import { money } from '@carriergraph/shared/money/money.ts'
import type { UnappliedMoneyResolvers } from '../generated/resolvers.ts'

export const UnappliedMoney: UnappliedMoneyResolvers = {
  owner: ({ ownerId }) => ({ id: ownerId }),
  account: ({ accountId }, _, { loaders }) => loaders.ledgerAccount.load(accountId),
  returned: ({ returnedMinor, amount }) => money(returnedMinor, amount.currency),
  wallet: ({ walletId }, _, { loaders }) => (walletId === null ? null : loaders.ledgerAccount.load(walletId)),
  refund: ({ refundId }, _, { loaders }) => (refundId === null ? null : loaders.payment.load(refundId)),
}
