import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { lockRemittance } from '../db/remittances.ts'
import type { ReviewDecision } from '../domain/review.ts'
import type { ChangeBy } from '../flow/change-payment.ts'
import { applyChange } from './change.ts'
import { failureOf } from './failure.ts'

export type DecidedRemittance = { readonly remittanceId: Id<'rem'>; readonly decision: ReviewDecision }

/**
 * What a person decided on a remittance that waits for it. One that does not wait, because it was cancelled or is overdue,
 * stays as it is. Its money is for whoever drives it on.
 * @returns whether it moved
 */
export async function applyRemittanceReview(
  tx: Tx,
  { remittanceId, decision: outcome }: DecidedRemittance,
  by: ChangeBy,
): Promise<boolean> {
  const remittance = await lockRemittance(tx, remittanceId)
  if (remittance.status !== 'REVIEW') return false
  const decision = { source: 'REVIEW', outcome } as const
  const change =
    outcome === 'APPROVE'
      ? ({ status: 'APPROVED', decision } as const)
      : ({ status: 'FAILED', decision, failure: failureOf('NOT_POSSIBLE') } as const)
  await applyChange(tx, remittance, change, by)
  return true
}
