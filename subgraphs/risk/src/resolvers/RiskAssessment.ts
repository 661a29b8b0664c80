import { parseId } from '@carriergraph/shared/ids.ts'
import type { RiskAssessmentResolvers } from '../generated/resolvers.ts'

export const RiskAssessment: RiskAssessmentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.assessment.load(parseId('asm', id)),
  payment: ({ paymentId }) => ({ id: paymentId }),
  compliance: (assessment) => (assessment.complianceReasons === null ? null : assessment),
  user: ({ payerId }, _args, { loaders }) => loaders.user.load(payerId),
}
