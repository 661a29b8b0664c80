import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestSamples } from '../db/kpi-samples.ts'
import { newestViolationsOfSlice } from '../db/sla-violations.ts'
import { formatSNssai } from '../domain/s-nssai.ts'
import type { SliceResolvers } from '../generated/resolvers.ts'

export const Slice: SliceResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.slice.load(parseId('slc', id)),
  sNssai: ({ serviceType, sd }) => formatSNssai(serviceType, sd),
  owner: ({ ownerId }) => ({ id: ownerId }),
  // The objectives are the slice's own columns.
  sla: (slice) => slice,
  kpiSamples: ({ id }, args, { loaders }) => loaders.samplesOfSlice.load(id, pageArgs(newestSamples, args)),
  violations: ({ id }, args, { loaders }) =>
    loaders.violationsOfSlice.load(id, pageArgs(newestViolationsOfSlice, args)),
}
