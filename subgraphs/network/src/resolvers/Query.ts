import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { toConnection } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { sitePages, sitesByName } from '../db/sites.ts'
import { listViolations, newestViolations } from '../db/sla-violations.ts'
import { newestSlices, ownSlicePages, slicePages } from '../db/slices.ts'
import type { QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  site: (_, { id }, { loaders }) => loaders.site.load(parseId('ste', id)),

  async sites(_, args, { db }) {
    const page = pageArgs(sitesByName, args)
    return toConnection(await sitePages(db, page), page)
  },

  slice: (_, { id }, { loaders }) => loaders.slice.load(parseId('slc', id)),

  async slices(_, args, { actor, db }) {
    const page = pageArgs(newestSlices, args)
    const ownerId = ownersSeenBy(actor)
    const slices = ownerId === 'everybody' ? slicePages(db, page) : ownSlicePages(db, page, { ownerId })
    return toConnection(await slices, page)
  },

  async slaViolations(_, { filter, ...args }, { actor, db }) {
    const page = pageArgs(newestViolations, args)
    const violations = await listViolations(db, page, {
      seenBy: ownersSeenBy(actor),
      sliceId: filter?.sliceId == null ? undefined : parseId('slc', filter.sliceId),
      open: filter?.open ?? undefined,
      minSeverity: filter?.minSeverity ?? undefined,
    })
    return toConnection(violations, page)
  },
}
