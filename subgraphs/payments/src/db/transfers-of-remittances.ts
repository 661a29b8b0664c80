import type { Db } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { transfersOf } from '../remittance/orders.ts'
import { findRemittances } from './remittances.ts'
import { findTransfers } from './transfers.ts'

/**
 * Which of these transfers a remittance stands on, each with that remittance. They have its id for a reference, which anybody
 * may write: it is the remittance that says which are its own.
 */
export async function findTransfersOfRemittances(
  db: Db,
  ids: readonly Id<'tfr'>[],
): Promise<ReadonlyMap<Id<'tfr'>, Id<'rem'>>> {
  if (ids.length === 0) return new Map()
  const transfers = await findTransfers(db, ids)
  const named = transfers.flatMap(({ reference }) => (isId('rem', reference) ? [reference] : []))
  if (named.length === 0) return new Map()
  const remittances = await findRemittances(db, named)
  return new Map(remittances.flatMap((remittance) => transfersOf(remittance).map((id) => [id, remittance.id] as const)))
}
