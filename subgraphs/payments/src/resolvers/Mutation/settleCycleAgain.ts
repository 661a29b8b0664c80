import type { MutationResolvers } from '../../generated/resolvers.ts'
import { settleAgain } from '../../settlement/decide-reversal.ts'
import { settlementStep } from '../settlement-step.ts'

export const settleCycleAgain: NonNullable<MutationResolvers['settleCycleAgain']> = (
  _,
  { input: { id: text, reason } },
  context,
) => settlementStep(text, context, (id, decider) => settleAgain(context.db, { id, reason }, decider))
