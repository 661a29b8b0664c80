import type { RemittanceAssessmentResolvers } from '../generated/resolvers.ts'
import { senderNotice } from '../remittances/notice.ts'

export const RemittanceAssessment: RemittanceAssessmentResolvers = {
  remittance: ({ remittanceId }) => ({ id: remittanceId }),
  sender: ({ senderId }, _args, { loaders }) => loaders.user.load(senderId),
  senderNotice: ({ decision, reasons }) => senderNotice(decision, reasons),
  largeTransactionReport: ({ remittanceId }, _args, { loaders }) => loaders.reportOfRemittance.load(remittanceId),
  screeningHits: async ({ id }, _args, { loaders }) => [...(await loaders.hitsOfAssessment.load(id))],
  sanctionsListDigest: async ({ sanctionsVersion }, _args, { loaders }) =>
    sanctionsVersion === null ? null : loaders.sanctionsDigest.load(sanctionsVersion),
  review: ({ remittanceId }, _args, { loaders }) => loaders.reviewOfRemittance.load(remittanceId),
}
