import type { MutationResolvers } from '../../generated/resolvers.ts'
import { approveDismissal as approve } from '../../reconciliation/dismissal.ts'
import { caseStep } from '../case-step.ts'

export const approveDismissal: NonNullable<MutationResolvers['approveDismissal']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => approve(context.db, { caseId }, decider))
