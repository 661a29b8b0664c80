import { parseId } from '@carriergraph/shared/ids.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  // Wallets and tokens may be of users who were never registered here. A null alone would be told as a fault of ours, since
  // a user always has a name. Who sends no token sees nobody, and is told nothing of it.
  __resolveReference: async ({ id }, { actor, loaders }) => {
    const user = await loaders.user.load(parseId('usr', id))
    if (user === null && actor.kind !== 'anonymous') throw new Refusal('USER_NOT_FOUND', `There is no user ${id}.`)
    return user
  },
}
