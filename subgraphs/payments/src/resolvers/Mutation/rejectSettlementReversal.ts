import type { MutationResolvers } from '../../generated/resolvers.ts'
import { rejectReversal } from '../../settlement/decide-reversal.ts'
import { settlementStep } from '../settlement-step.ts'

export const rejectSettlementReversal: NonNullable<MutationResolvers['rejectSettlementReversal']> = (
  _,
  { input: { id: text, reason } },
  context,
) => settlementStep(text, context, (id, decider) => rejectReversal(context.db, { id, reason }, decider))
