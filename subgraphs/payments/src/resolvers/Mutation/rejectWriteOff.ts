import type { MutationResolvers } from '../../generated/resolvers.ts'
import { rejectWriteOff as reject } from '../../reconciliation/write-off.ts'
import { caseStep } from '../case-step.ts'

export const rejectWriteOff: NonNullable<MutationResolvers['rejectWriteOff']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => reject(context.db, { caseId, reason: input.reason }, decider))
