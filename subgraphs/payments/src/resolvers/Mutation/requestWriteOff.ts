import type { MutationResolvers } from '../../generated/resolvers.ts'
import { requestWriteOff as request } from '../../reconciliation/write-off.ts'
import { caseStep } from '../case-step.ts'

export const requestWriteOff: NonNullable<MutationResolvers['requestWriteOff']> = (_, { input }, context) =>
  caseStep(input.caseId, context, (caseId, decider) => request(context.db, { caseId, reason: input.reason }, decider))
