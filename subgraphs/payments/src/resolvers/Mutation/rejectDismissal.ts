import type { MutationResolvers } from '../../generated/resolvers.ts'
import { rejectDismissal as reject } from '../../reconciliation/dismissal.ts'
import { caseStep } from '../case-step.ts'

export const rejectDismissal: NonNullable<MutationResolvers['rejectDismissal']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => reject(context.db, { caseId, reason: input.reason }, decider))
