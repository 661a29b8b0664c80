import type { MutationResolvers } from '../../generated/resolvers.ts'
import { approveWriteOff as approve } from '../../reconciliation/write-off.ts'
import { caseStep } from '../case-step.ts'

export const approveWriteOff: NonNullable<MutationResolvers['approveWriteOff']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => approve(context.db, { caseId }, decider))
