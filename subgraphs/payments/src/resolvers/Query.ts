import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { listPayments, newestPayments } from '../db/payment-lists.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'
import { cardIdIn } from './card-id.ts'

export const Query: QueryResolvers = {
  payment: (_, { id }, { loaders }) => loaders.payment.load(parseId('pay', id)),
  card: (_, { id }, { loaders }) => loaders.card.load(cardIdIn(id)),
  ledgerAccount: (_, { id }, { loaders }) => loaders.ledgerAccount.load(parseId('led', id)),

  payments(_, { filter, ...page }, { actor, db }) {
    return listPayments(db, pageArgs(newestPayments, page), {
      seenBy: ownersSeenBy(actor),
      payerId: filter?.payerId == null ? undefined : parseId('usr', filter.payerId),
      status: filter?.status ?? undefined,
    })
  },
}
