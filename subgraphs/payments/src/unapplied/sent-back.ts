import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { lockKept } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { endCase, reopenCase } from './change.ts'

/** What the end of the refund that sends a case back makes of it, in the transaction of that end. Other payments are none. */
export async function followSentBack(tx: Tx, refund: Payment, now: Date): Promise<void> {
  const { originalId, status, failure, correlationId } = refund
  if (originalId === null || refund.execution === null) return
  const current = await lockKept(tx, originalId)
  if (current?.refundId !== refund.id || current.state !== 'RESOLVING') return
  const by = { actor: SETTLING_ACTOR, correlationId, now }
  if (status === 'COMPLETED') await endCase(tx, current, 'SENT_BACK', by)
  else if (status === 'FAILED' || status === 'CANCELLED') await reopenCase(tx, current, failure?.code ?? status, by)
}
