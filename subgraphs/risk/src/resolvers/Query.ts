import { toConnection } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { listReviews, longestWaiting } from '../db/reviews.ts'
import { listUsers, newestUsers } from '../db/users.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

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
  riskAssessment: (_parent, { id }, { loaders }) => loaders.assessment.load(parseId('asm', id)),
}
