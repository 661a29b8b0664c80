import { createHash } from 'node:crypto'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findOrdered, insertSlice, lockOrder, type Slice, takeSd } from '../db/slices.ts'
import { formatSNssai, SD_MAX, type SliceServiceType } from '../domain/s-nssai.ts'
import type { SliceOrder } from '../domain/slice-order.ts'
import { eventOf } from '../events.ts'

type OrderRefusal = 'IDEMPOTENCY_KEY_REUSED' | 'SLICE_DIFFERENTIATORS_EXHAUSTED'

/**
 * Carries out a checked order, once for each key of whoever sends it: sent again, also at the same time, it answers
 * with the same slice and uses up nothing.
 * @param id a new one, unless demo data fixes it
 */
export function createSlice(
  db: TenantDb,
  order: SliceOrder,
  { now, ...by }: Provenance,
  id: Id<'slc'> = newId('slc', now),
): Promise<Outcome<Slice, OrderRefusal>> {
  const { idempotencyKey, ownerId, name, serviceType, sla } = order
  const requestHash = hashOf(order)
  return inTransaction(db, async (tx) => {
    await lockOrder(tx, by.actor, idempotencyKey)
    const earlier = await findOrdered(tx, by.actor, idempotencyKey)
    if (earlier !== null) return earlier.requestHash === requestHash ? ok(earlier) : keyReused()
    const sd = await takeSd(tx, serviceType)
    if (sd === null) return exhausted(serviceType)
    const terms = { id, ownerId, name, serviceType, sd, ...sla }
    const slice = { ...terms, orderedBy: by.actor, idempotencyKey, requestHash, createdAt: now }
    await insertSlice(tx, slice)
    const sNssai = formatSNssai(serviceType, sd)
    await appendToJournal(tx, {
      aggregate: { type: 'slice', id },
      version: 1,
      ...eventOf('slice.created', { sliceId: id, ownerId, name, serviceType, sNssai, sla }),
      ...by,
      occurredAt: now,
    })
    return ok(slice)
  })
}

const keyReused = () =>
  refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another order. Choose a new one for each.', [
    'idempotencyKey',
  ])

const exhausted = (serviceType: SliceServiceType) =>
  refuse(
    'SLICE_DIFFERENTIATORS_EXHAUSTED',
    `All ${SD_MAX} slice differentiators of ${serviceType} are taken: order another service type.`,
    ['serviceType'],
  )

/** Tells two orders under one key apart: SHA-256 in hex over the order in one fixed spelling, named by its first part. */
function hashOf({ ownerId, name, serviceType, sla }: SliceOrder): string {
  const { latencyMsMax, jitterMsMax, packetLossRatioMax, downlinkBpsMin } = sla
  const objectives = [latencyMsMax, jitterMsMax, packetLossRatioMax, downlinkBpsMin]
  const spelling = JSON.stringify(['v1', ownerId, name, serviceType, ...objectives])
  return createHash('sha256').update(spelling).digest('hex')
}
