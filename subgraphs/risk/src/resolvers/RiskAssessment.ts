import { parseId } from '@carriergraph/shared/ids.ts'
import type { RiskAssessmentResolvers } from '../generated/resolvers.ts'
import { screeningsOfPayment } from './Screening.ts'

export const RiskAssessment: RiskAssessmentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.assessment.load(parseId('asm', id)),
  payment: ({ paymentId }) => ({ id: paymentId }),
  compliance: async (assessment, _args, { loaders }) => {
    const [newest] = await screeningsOfPayment(assessment, loaders)
    return newest === undefined ? null : { ...newest, assessment }
  },
  screenings: (assessment, _args, { loaders }) => screeningsOfPayment(assessment, loaders),
  user: ({ payerId }, _args, { loaders }) => loaders.user.load(payerId),
}
