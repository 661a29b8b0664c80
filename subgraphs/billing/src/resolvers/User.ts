import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestAccountsOfUser } from '../db/billing-accounts.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id: parseId('usr', id) }),
  billingAccounts: ({ id }, args, { loaders }) => loaders.accountsOfUser.load(id, pageArgs(newestAccountsOfUser, args)),
}
