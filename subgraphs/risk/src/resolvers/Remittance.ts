import { parseId } from '@carriergraph/shared/ids.ts'
import type { RemittanceResolvers } from '../generated/resolvers.ts'

export const Remittance: RemittanceResolvers = {
  __resolveReference: ({ id }) => ({ id: parseId('rem', id) }),
  assessment: ({ id }, _args, { loaders }) => loaders.assessmentOfRemittance.load(id),
  review: ({ id }, _args, { loaders }) => loaders.reviewOfRemittance.load(id),
}
