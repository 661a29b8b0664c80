import { decisionOf } from '../compliance/reason.ts'
import type { PaymentComplianceResolvers } from '../generated/resolvers.ts'

export const PaymentCompliance: PaymentComplianceResolvers = {
  decision: ({ complianceReasons }) => decisionOf(complianceReasons ?? []),
  reasons: ({ complianceReasons }) => [...(complianceReasons ?? [])],
  screeningHits: async ({ id }, _args, { loaders }) => [...(await loaders.hitsOfPaymentAssessment.load(id))],
  sanctionsListDigest: async ({ sanctionsVersion }, _args, { loaders }) =>
    sanctionsVersion === null ? null : loaders.sanctionsDigest.load(sanctionsVersion),
  payee: ({ payeeId }, _args, { loaders }) => (payeeId === null ? null : loaders.user.load(payeeId)),
}
