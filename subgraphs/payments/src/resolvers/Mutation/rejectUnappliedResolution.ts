import type { MutationResolvers } from '../../generated/resolvers.ts'
import { rejectResolution } from '../../unapplied/decide.ts'
import { unappliedStep } from '../unapplied-step.ts'

export const rejectUnappliedResolution: NonNullable<MutationResolvers['rejectUnappliedResolution']> = (
  _,
  { input: { id: text, reason } },
  context,
) => unappliedStep(text, context, (id, decider) => rejectResolution(context.db, { id, reason }, decider))
