import { readId } from '@carriergraph/shared/ids.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { requestResolution } from '../../unapplied/decide.ts'
import { unappliedStep } from '../unapplied-step.ts'

export const requestUnappliedResolution: NonNullable<MutationResolvers['requestUnappliedResolution']> = (
  _,
  { input: { id: text, resolution, walletId: wanted, reason } },
  context,
) =>
  unappliedStep(text, context, async (id, decider) => {
    const walletId = wanted == null ? ok(undefined) : readId('led', wanted, ['walletId'])
    if (!walletId.ok) return walletId
    if (walletId.value !== undefined && resolution !== 'WALLET')
      return refuse('INVALID_VALUE', `A wallet is not named with ${resolution}.`, ['walletId'])
    return requestResolution(context.db, { id, resolution, walletId: walletId.value, reason }, decider)
  })
