import type { MutationResolvers } from '../../generated/resolvers.ts'
import { approveWriteOff as approve } from '../../reconciliation/write-off.ts'
import { writeOffStep } from '../write-off.ts'

export const approveWriteOff: NonNullable<MutationResolvers['approveWriteOff']> = (_, { input }, context) =>
  writeOffStep(input.caseId, context, (caseId, decider) => approve(context.db, { caseId }, decider))
