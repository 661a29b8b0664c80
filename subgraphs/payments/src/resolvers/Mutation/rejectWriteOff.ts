import type { MutationResolvers } from '../../generated/resolvers.ts'
import { rejectWriteOff as reject } from '../../reconciliation/write-off.ts'
import { writeOffStep } from '../write-off.ts'

export const rejectWriteOff: NonNullable<MutationResolvers['rejectWriteOff']> = (_, { input }, context) =>
  writeOffStep(input.caseId, context, (caseId, decider) =>
    reject(context.db, { caseId, reason: input.reason }, decider),
  )
