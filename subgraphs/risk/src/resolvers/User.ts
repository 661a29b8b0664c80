import { parseId } from '@carriergraph/shared/ids.ts'
import { referred } from '@carriergraph/shared/loader.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  // Wallets and tokens may be of users who were never registered here. Who sends no token sees nobody, and is told nothing
  // of it.
  __resolveReference: async ({ id }, { actor, loaders }) => {
    const user = await loaders.user.load(parseId('usr', id))
    return actor.kind === 'anonymous' ? user : referred(user, 'USER_NOT_FOUND', id)
  },
}
