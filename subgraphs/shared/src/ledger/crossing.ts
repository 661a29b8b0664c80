import { type Id, namedId, newId, parseId } from '../ids.ts'
import { clearingAccountId } from './clearing.ts'
import { inSlotOf } from './slot.ts'
import type { TransferOrder } from './transfer.ts'

/** A transfer between accounts of two shards. Its id lies on the shard of the account that it debits. */
export type Crossing = Extract<TransferOrder, { kind: 'SINGLE' }>

/** No time ends a crossing: once it has arrived, what pays for it must still be held. */
export const CROSSING_EXPIRY = new Date('9000-01-01T00:00:00.000Z')

/** The first slots of the two shards, which their clearing accounts have. */
export type Ends = { readonly home: number; readonly there: number }

/**
 * The first step, at home: the payer's account is held under the transfer's own id, which decides on it and makes the
 * same id for something else a reuse. The reference says where it goes, so that whoever finds it can go on.
 */
export const holdOf = (crossing: Crossing, { home }: Ends): TransferOrder => ({
  ...crossing,
  kind: 'PENDING',
  creditAccountId: clearingAccountId(crossing.currency, home),
  expiresAt: CROSSING_EXPIRY,
  reference: `${crossing.creditAccountId} ${crossing.reference}`,
})

/** What a hold was made of; `creditAccountId` is not known of it but by its reference. */
export function crossingOf(hold: Omit<Crossing, 'kind' | 'creditAccountId'>): Crossing {
  const space = hold.reference.indexOf(' ')
  return {
    ...hold,
    kind: 'SINGLE',
    creditAccountId: parseId('led', hold.reference.slice(0, space)),
    reference: hold.reference.slice(space + 1),
  }
}

/** The second step, on the payee's shard, which decides: from here on the transfer is posted, or refused. */
export const arrivalOf = (crossing: Crossing, { there }: Ends): TransferOrder => ({
  ...crossing,
  id: inSlotOf(namedId('tfr', `arrival of ${crossing.id}`), crossing.creditAccountId),
  debitAccountId: clearingAccountId(crossing.currency, there),
})

/** The last step, at home, where it has arrived: what is held leaves. */
export const departureOf = ({ id, reference }: Crossing): TransferOrder => ({
  kind: 'POST_PENDING',
  id: inSlotOf(namedId('tfr', `departure of ${id}`), id),
  pendingId: id,
  endsCrossing: true,
  reference,
})

/** The same under a new id, where the payer's account was frozen at the time: that refusal stays under the first one. */
export const laterDepartureOf = (crossing: Crossing): TransferOrder => ({
  ...departureOf(crossing),
  id: inSlotOf(newId('tfr'), crossing.id) as Id<'tfr'>,
})

/** The last step, at home, where it was refused: what is held is released, whatever became of the account. */
export const returnOf = ({ id, reference }: Crossing): TransferOrder => ({
  kind: 'VOID_PENDING',
  id: inSlotOf(namedId('tfr', `return of ${id}`), id),
  pendingId: id,
  endsCrossing: true,
  reference,
})
