import { parseId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import type { LinkResolvers } from '../generated/resolvers.ts'

export const Link: LinkResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.link.load(parseId('lnk', id)),
  aEnd: async ({ aEndId }, _, { loaders }) => present(await loaders.site.load(aEndId), aEndId),
  zEnd: async ({ zEndId }, _, { loaders }) => present(await loaders.site.load(zEndId), zEndId),
  lengthKm: ({ lengthM }) => lengthM / 1_000,
}
