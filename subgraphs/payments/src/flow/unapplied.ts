import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { insertUnapplied } from '../db/unapplied-money.ts'
import type { UnappliedMoney } from '../domain/unapplied.ts'
import { eventOf } from '../events.ts'
import { SETTLING_ACTOR } from './change-payment.ts'

/**
 * Records money that could not be put where it belongs, with its event, in the transaction that says so.
 * @param isSuspended false where the ledger is yet to bring it into suspense
 */
export async function recordUnapplied(
  tx: Tx,
  told: Omit<UnappliedMoney, 'id' | 'recordedAt'> & { readonly correlationId: string },
  now: Date,
  isSuspended = true,
): Promise<Id<'uam'>> {
  const { correlationId, ...what } = told
  const id = newId('uam', now)
  await insertUnapplied(tx, { ...what, id, recordedAt: now }, isSuspended)
  const { amount, ...fields } = what
  await appendToJournal(tx, {
    aggregate: { type: 'unapplied_money', id },
    version: 1,
    ...eventOf('unapplied_money.recorded', {
      ...fields,
      unappliedId: id,
      amount: eventMoney(amount),
      at: now.toISOString(),
    }),
    actor: SETTLING_ACTOR,
    correlationId,
    occurredAt: now,
  })
  return id
}
