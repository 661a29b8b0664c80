import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestCards } from '../db/cards.ts'
import { newestWallets } from '../db/ledger-accounts.ts'
import { newestPaymentsOfUser } from '../db/payment-lists.ts'
import { newestRemittancesOfUser } from '../db/remittance-lists.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id: parseId('usr', id) }),
  wallets: ({ id }, args, { loaders }) => loaders.walletsOfUser.load(id, pageArgs(newestWallets, args)),
  cards: ({ id }, args, { loaders }) => loaders.cardsOfUser.load(id, pageArgs(newestCards, args)),
  remittances: ({ id }, args, { loaders }) =>
    loaders.remittancesOfUser.load(id, pageArgs(newestRemittancesOfUser, args)),
  payments: ({ id }, args, { loaders }) => loaders.paymentsOfUser.load(id, pageArgs(newestPaymentsOfUser, args)),
}
