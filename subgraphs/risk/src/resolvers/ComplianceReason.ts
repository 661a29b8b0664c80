import type { ComplianceReasonResolvers } from '../generated/resolvers.ts'

export const ComplianceReason: ComplianceReasonResolvers = {
  message: ({ explanation }) => explanation.summary,
}
