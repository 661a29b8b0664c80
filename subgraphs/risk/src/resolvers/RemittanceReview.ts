import { statusOf } from '../domain/review.ts'
import type { RemittanceReviewResolvers } from '../generated/resolvers.ts'

export const RemittanceReview: RemittanceReviewResolvers = {
  remittance: ({ remittanceId }) => ({ id: remittanceId }),
  assessment: ({ assessmentId }, _args, { loaders }) => loaders.remittanceAssessment.load(assessmentId),
  status: statusOf,
}
