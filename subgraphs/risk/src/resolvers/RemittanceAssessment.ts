import { byGravity, isScreeningReason } from '../compliance/reason.ts'
import type { RemittanceAssessmentResolvers } from '../generated/resolvers.ts'
import { senderNotice } from '../remittances/notice.ts'
import { digestOf, screeningsOfRemittance } from './Screening.ts'

export const RemittanceAssessment: RemittanceAssessmentResolvers = {
  remittance: ({ remittanceId }) => ({ id: remittanceId }),
  sender: ({ senderId }, _args, { loaders }) => loaders.user.load(senderId),
  senderNotice: ({ decision, reasons }) => senderNotice(decision, reasons),
  largeTransactionReport: ({ remittanceId }, _args, { loaders }) => loaders.reportOfRemittance.load(remittanceId),
  reasons: async (assessment, _args, { loaders }) => {
    const [newest] = await screeningsOfRemittance(assessment, loaders)
    return byGravity([...assessment.reasons.filter((reason) => !isScreeningReason(reason)), ...newest.reasons])
  },
  screeningHits: async (assessment, _args, { loaders }) => {
    const [newest] = await screeningsOfRemittance(assessment, loaders)
    return [...newest.hits]
  },
  sanctionsListDigest: async (assessment, _args, { loaders }) => {
    const [newest] = await screeningsOfRemittance(assessment, loaders)
    return digestOf(newest.sanctionsVersion, loaders)
  },
  screenings: async (assessment, _args, { loaders }) => [...(await screeningsOfRemittance(assessment, loaders))],
  review: ({ remittanceId }, _args, { loaders }) => loaders.reviewOfRemittance.load(remittanceId),
}
