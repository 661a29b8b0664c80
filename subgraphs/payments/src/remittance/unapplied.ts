import { money } from '@carriergraph/shared/money/money.ts'
import type { recordUnapplied } from '../flow/unapplied.ts'
import type { Remittance } from './remittance.ts'

type Unapplied = Parameters<typeof recordUnapplied>[1]

/**
 * What a refund has left in suspense: all of it, where the wallet was closed; and what banks sent back more than was
 * delivered.
 */
export function unappliedOf(remittance: Remittance, isClosed: boolean): Unapplied[] {
  const { id, senderId, sourceAccountId, correlationId, deliveredMinor, returnedMinor } = remittance
  const common = {
    reference: id,
    ownerId: senderId,
    accountId: sourceAccountId,
    direction: 'IN',
    place: 'SUSPENSE',
    correlationId,
  } as const
  const kept: Unapplied[] = []
  if (isClosed)
    kept.push({
      ...common,
      amount: money(remittance.debitedMinor, remittance.sourceCurrency),
      reason: 'ACCOUNT_CLOSED',
    })
  const excess = (returnedMinor ?? 0n) - deliveredMinor
  if (excess > 0n) kept.push({ ...common, amount: money(excess, remittance.targetCurrency), reason: 'EXCEEDS_REST' })
  return kept
}
