import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestSlicesOfUser } from '../db/slices.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id: parseId('usr', id) }),
  slices: ({ id }, args, { loaders }) => loaders.slicesOfUser.load(id, pageArgs(newestSlicesOfUser, args)),
}
