import type { MutationResolvers } from '../../generated/resolvers.ts'
import { requestReversal } from '../../settlement/decide-reversal.ts'
import { settlementStep } from '../settlement-step.ts'

export const requestSettlementReversal: NonNullable<MutationResolvers['requestSettlementReversal']> = (
  _,
  { input: { id: text, reason } },
  context,
) => settlementStep(text, context, (id, decider) => requestReversal(context.db, { id, reason }, decider))
