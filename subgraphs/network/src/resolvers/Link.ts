import { parseId } from '@carriergraph/shared/ids.ts'
import type { LinkResolvers } from '../generated/resolvers.ts'
import { present } from './present.ts'

export const Link: LinkResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.link.load(parseId('lnk', id)),
  aEnd: async ({ aEndId }, _, { loaders }) => present(await loaders.site.load(aEndId), aEndId),
  zEnd: async ({ zEndId }, _, { loaders }) => present(await loaders.site.load(zEndId), zEndId),
  lengthKm: ({ lengthM }) => lengthM / 1_000,
}
