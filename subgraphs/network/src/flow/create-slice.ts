import { createHash } from 'node:crypto'
import type { Db, TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findOrdered, insertSlice, type Slice, takeSd } from '../db/slices.ts'
import type { SliceOrder } from '../domain/slice-order.ts'
import { eventOf } from '../events.ts'

type Ordered = Outcome<Slice, 'IDEMPOTENCY_KEY_REUSED'>

/**
 * Carries out a checked order, once for each key of whoever sends it: sent again, also at the same time, it answers
 * with the same slice.
 * @param id a new one, unless demo data fixes it
 */
export async function createSlice(
  db: TenantDb,
  order: SliceOrder,
  provenance: Provenance,
  id: Id<'slc'> = newId('slc', provenance.now),
): Promise<Ordered> {
  const requestHash = hashOf(order)
  // Before the transaction: a repeated order must not use up a slice differentiator.
  const known = await earlier(db, order, provenance.actor, requestHash)
  if (known !== null) return known
  return inTransaction(db, async (tx) => {
    const { idempotencyKey, ownerId, name, serviceType, sla } = order
    const sd = await takeSd(tx, serviceType)
    const { actor: orderedBy, now: createdAt } = provenance
    const terms = { id, ownerId, name, serviceType, sd, ...sla }
    const slice = await insertSlice(tx, { ...terms, orderedBy, idempotencyKey, requestHash, createdAt })
    if (slice === null) return (await earlier(tx, order, orderedBy, requestHash)) ?? lost(order)
    await appendToJournal(tx, {
      aggregate: { type: 'slice', id },
      version: 1,
      ...eventOf('slice.created', { sliceId: id, ownerId, name, serviceType }),
      actor: provenance.actor,
      correlationId: provenance.correlationId,
      occurredAt: provenance.now,
    })
    return ok(slice)
  })
}

async function earlier(
  db: Db,
  { idempotencyKey }: SliceOrder,
  orderedBy: string,
  requestHash: string,
): Promise<Ordered | null> {
  const slice = await findOrdered(db, orderedBy, idempotencyKey)
  if (slice === null) return null
  if (slice.requestHash === requestHash) return ok(slice)
  const message = 'This key was used for another order. Choose a new one for each.'
  return refuse('IDEMPOTENCY_KEY_REUSED', message, ['idempotencyKey'])
}

/** Tells two orders under one key apart: SHA-256 in hex over the order in one fixed spelling, named by its first part. */
function hashOf({ ownerId, name, serviceType, sla }: SliceOrder): string {
  const { latencyMsMax, jitterMsMax, packetLossRatioMax, downlinkBpsMin } = sla
  const objectives = [latencyMsMax, jitterMsMax, packetLossRatioMax, downlinkBpsMin]
  const spelling = JSON.stringify(['v1', ownerId, name, serviceType, ...objectives])
  return createHash('sha256').update(spelling).digest('hex')
}

function lost({ idempotencyKey }: SliceOrder): never {
  throw new Error(`The order ${JSON.stringify(idempotencyKey)} was there and is gone.`)
}
