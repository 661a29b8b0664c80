import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findPayment } from '../db/payments.ts'
import { lockKept } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { followReturnOfKept } from '../flow/give-back.ts'
import { endCase, reopenCase } from './change.ts'

/**
 * What the end of the refund that sends a case back makes of it, in the transaction of that end, which holds the payment that it
 * gives back. Other payments are none. What went back by itself meanwhile has waited for this.
 * @returns what is to be driven on behind the transaction
 */
export async function followSentBack(tx: Tx, refund: Payment, now: Date): Promise<Id<'pay'> | undefined> {
  const { originalId, status, failure, correlationId } = refund
  if (originalId === null || refund.execution === null) return undefined
  const current = await lockKept(tx, originalId)
  if (current?.refundId !== refund.id || current.state !== 'RESOLVING') return undefined
  const by = { actor: SETTLING_ACTOR, correlationId, now }
  if (status === 'COMPLETED') await endCase(tx, current, 'SENT_BACK', by)
  else if (status === 'FAILED' || status === 'CANCELLED') await reopenCase(tx, current, failure?.code ?? status, by)
  else return undefined
  return followReturnOfKept(tx, await findPayment(tx, originalId), now)
}
