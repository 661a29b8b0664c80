import { toConnection } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { listReviews, longestWaiting } from '../db/reviews.ts'
import { listUsers, newestUsers } from '../db/users.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'
import { listReports, newestReports } from '../remittances/db/reports.ts'
import { listRemittanceReviews, longestWaitingRemittances } from '../remittances/db/reviews.ts'
import { findListInForce } from '../sanctions/db/lists.ts'

export const Query: QueryResolvers = {
  me: (_parent, _args, { actor, loaders }) => (actor.userId === undefined ? null : loaders.user.load(actor.userId)),
  user: (_parent, { id }, { loaders }) => loaders.user.load(parseId('usr', id)),
  users: async (_parent, { filter, ...args }, { db }) => {
    const page = pageArgs(newestUsers, args)
    return toConnection(await listUsers(db, page, filter ?? {}), page)
  },
  paymentReviews: async (_parent, { filter, ...args }, { db }) => {
    const page = pageArgs(longestWaiting, args)
    return toConnection(await listReviews(db, page, { isOpen: filter?.isOpen ?? true }), page)
  },
  remittanceReviews: async (_parent, { filter, ...args }, { db }) => {
    const page = pageArgs(longestWaitingRemittances, args)
    return toConnection(await listRemittanceReviews(db, page, { isOpen: filter?.isOpen ?? true }), page)
  },
  largeTransactionReports: async (_parent, args, { db }) => {
    const page = pageArgs(newestReports, args)
    return toConnection(await listReports(db, page), page)
  },
  sanctionsList: (_parent, _args, { db }) => findListInForce(db),
  riskAssessment: (_parent, { id }, { loaders }) => loaders.assessment.load(parseId('asm', id)),
}
