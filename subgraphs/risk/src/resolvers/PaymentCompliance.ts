import { decisionOf } from '../compliance/reason.ts'
import type { PaymentComplianceResolvers } from '../generated/resolvers.ts'
import { digestOf } from './Screening.ts'

export const PaymentCompliance: PaymentComplianceResolvers = {
  decision: ({ reasons }) => decisionOf(reasons),
  reasons: ({ reasons }) => [...reasons],
  screeningHits: ({ hits }) => [...hits],
  sanctionsListDigest: ({ sanctionsVersion }, _args, { loaders }) => digestOf(sanctionsVersion, loaders),
  counterparty: ({ assessment }) => assessment.counterparty,
  payee: ({ assessment: { payeeId } }, _args, { loaders }) => (payeeId === null ? null : loaders.user.load(payeeId)),
}
