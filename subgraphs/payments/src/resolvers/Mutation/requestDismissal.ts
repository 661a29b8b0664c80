import type { MutationResolvers } from '../../generated/resolvers.ts'
import { requestDismissal as request } from '../../reconciliation/dismissal.ts'
import { caseStep } from '../case-step.ts'

export const requestDismissal: NonNullable<MutationResolvers['requestDismissal']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => request(context.db, { caseId, reason: input.reason }, decider))
