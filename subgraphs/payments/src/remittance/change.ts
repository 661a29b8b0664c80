import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { lockRemittance, updateRemittance } from '../db/remittances.ts'
import { type ChangeBy, SETTLING_ACTOR } from '../flow/change-payment.ts'
import { remittanceEvent } from './event.ts'
import { moveTo, type Remittance, type RemittanceStatus } from './remittance.ts'

/** What changes of a remittance; without a status its state stays, and there is neither history nor event. */
export type RemittanceChange = Partial<
  Pick<
    Remittance,
    | 'senderName'
    | 'decision'
    | 'failure'
    | 'railReason'
    | 'returnedMinor'
    | 'settlementAttempt'
    | 'refundAttempt'
    | 'retryAt'
  >
> & { readonly status?: RemittanceStatus }

/**
 * Changes a remittance whose row the caller holds locked, with its history and its event.
 * @throws Error for a move that is not legal: whoever may ask for one is refused before
 */
export async function applyChange(
  tx: Tx,
  remittance: Remittance,
  { status, ...change }: RemittanceChange,
  { now, actor, causationId }: ChangeBy,
): Promise<Remittance> {
  if (status === undefined) {
    const changed = { ...remittance, ...change }
    await updateRemittance(tx, changed, undefined)
    return changed
  }
  const step = moveTo(remittance, status, now, actor)
  const { version } = step
  const moved: Remittance = { ...remittance, retryAt: null, ...change, status, version, changedAt: now }
  await updateRemittance(tx, moved, step)
  await appendToJournal(tx, { ...remittanceEvent(moved, step), ...(causationId && { causationId }) })
  return moved
}

/**
 * Takes a step of a remittance, in one transaction. Undefined from `changeOf`: another call has taken it in the meantime,
 * and the remittance stays as that call left it.
 */
export const takeStep = (
  db: TenantDb,
  id: Id<'rem'>,
  now: Date,
  changeOf: (remittance: Remittance, tx: Tx) => RemittanceChange | undefined | Promise<RemittanceChange | undefined>,
): Promise<Remittance> =>
  inTransaction(db, async (tx) => {
    const remittance = await lockRemittance(tx, id)
    const change = await changeOf(remittance, tx)
    return change === undefined ? remittance : applyChange(tx, remittance, change, { now, actor: SETTLING_ACTOR })
  })
