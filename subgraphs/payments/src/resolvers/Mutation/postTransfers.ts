import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { postTransfers as post } from '../../flow/post-transfers.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { wantedTransferIn } from '../transfer-input.ts'

/** As many as the ledger decides in one statement. */
const TRANSFERS_MAX = 1_000

export const postTransfers: NonNullable<MutationResolvers['postTransfers']> = async (_, { input }, context) => {
  const { actor, db, ledgers } = context
  const { transfers } = input
  if (transfers.length < 1 || transfers.length > TRANSFERS_MAX) {
    const message = `Send 1 to ${TRANSFERS_MAX} transfers, not ${transfers.length}.`
    return { results: [], errors: [{ code: 'INVALID_VALUE', message, field: ['transfers'] }] }
  }
  const wanted = transfers.map((transfer) => wantedTransferIn(transfer, actor.subject))
  const decided = await post({ db, ledger: ledgers.of({ tenant: actor.tenant, db }) }, wanted)
  const results = decided.map((outcome, index) => ({
    transferId: wanted[index]?.id ?? null,
    isReplayed: outcome.ok ? outcome.value.replayed : outcome.replayed === true,
    error: outcome.ok ? null : payloadError(outcome),
  }))
  return { results, errors: [] }
}
