import type { Db } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { findPayments } from './payments.ts'
import { findTransfers } from './transfers.ts'

/**
 * Which of these transfers hold or move the money of a payment, each with that payment. A payment's transfers have its id
 * for a reference, which anybody may write: it is the payment that says which is its own.
 */
export async function findTransfersOfPayments(
  db: Db,
  ids: readonly Id<'tfr'>[],
): Promise<ReadonlyMap<Id<'tfr'>, Id<'pay'>>> {
  if (ids.length === 0) return new Map()
  const transfers = await findTransfers(db, ids)
  const named = transfers.flatMap(({ reference }) => (isId('pay', reference) ? [reference] : []))
  if (named.length === 0) return new Map()
  const payments = new Map((await findPayments(db, named)).map((payment) => [payment.transferId, payment.id]))
  return new Map(
    transfers.flatMap(({ id, subjectId }) => {
      // What captured a hold is about the hold, which is the payment's own transfer.
      const paymentId = payments.get(id) ?? (subjectId === null ? undefined : payments.get(subjectId))
      return paymentId === undefined ? [] : [[id, paymentId] as const]
    }),
  )
}
