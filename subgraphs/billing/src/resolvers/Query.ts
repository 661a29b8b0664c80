import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { toConnection } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { accountPage, newestAccounts } from '../db/billing-accounts.ts'
import { tariffPages, tariffsByName } from '../db/tariffs.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  billingAccount: (_, { id }, { loaders }) => loaders.account.load(parseId('acc', id)),

  billingAccounts(_, { filter, ...page }, { actor, db }) {
    return accountPage(db, pageArgs(newestAccounts, page), {
      seenBy: ownersSeenBy(actor),
      ownerId: filter?.ownerId == null ? undefined : parseId('usr', filter.ownerId),
      paymentMode: filter?.paymentMode ?? undefined,
    })
  },

  async tariffs(_, args, { db }) {
    const page = pageArgs(tariffsByName, args)
    return toConnection(await tariffPages(db, page), page)
  },
}
