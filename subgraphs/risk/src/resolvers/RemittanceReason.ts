import type { RemittanceReasonResolvers } from '../generated/resolvers.ts'

export const RemittanceReason: RemittanceReasonResolvers = {
  message: ({ explanation }) => explanation.summary,
}
