import { parseId } from '@carriergraph/shared/ids.ts'
import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.user.load(parseId('usr', id)),
}
