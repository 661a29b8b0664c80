import { parseId } from '@carriergraph/shared/ids.ts'
import type { PaymentResolvers } from '../generated/resolvers.ts'

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }) => ({ id: parseId('pay', id) }),
  review: ({ id }, _args, { loaders }) => loaders.reviewOfPayment.load(id),
  assessment: ({ id }, _args, { loaders }) => loaders.assessmentOfPayment.load(id),
}
