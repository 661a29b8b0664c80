import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { lockWebhookEndpoint, noteEndpointHealth } from '../db/webhook-endpoints.ts'
import { lockFinished, reopenDeliveries } from '../db/webhook-replays.ts'
import { replayedEvent } from './webhook-event.ts'

/** Deliveries that are named one by one. */
export const REPLAY_IDS_MAX = 100
/** Deliveries of a time that are replayed at once: as many events as one append to the journal takes. */
export const REPLAY_ROWS_MAX = 1_000

export type Replay = {
  readonly endpointId: Id<'whe'>
  readonly which: { readonly ids: readonly Id<'whd'>[] } | { readonly from: Date; readonly to: Date }
}

export type Replayed = {
  readonly count: number
  /** Whether there are more dead ones in that time: ask again. */
  readonly hasMore: boolean
}

/**
 * Makes deliveries pending again: those that are named, whatever became of them, or those of a time that are dead. They
 * keep their ids and those of their events. What is pending stays as it is.
 */
export const replayDeliveries = (
  db: TenantDb,
  { endpointId, which }: Replay,
  provenance: Provenance,
): Promise<Outcome<Replayed, 'ENDPOINT_NOT_FOUND'>> =>
  inTransaction(db, async (tx) => {
    const endpoint = await lockWebhookEndpoint(tx, endpointId)
    if (endpoint === undefined) return refuse('ENDPOINT_NOT_FOUND', 'There is no such endpoint.', ['endpointId'])
    const choice = 'ids' in which ? which : { ...which, limit: REPLAY_ROWS_MAX + 1 }
    const found = await lockFinished(tx, endpointId, choice)
    const chosen = found.slice(0, REPLAY_ROWS_MAX)
    if (chosen.length === 0) return ok({ count: 0, hasMore: false })
    await reopenDeliveries(
      tx,
      chosen.map(({ id }) => id),
      provenance.now,
    )
    // Whoever replays says that the receiver is well.
    await noteEndpointHealth(tx, endpointId, { failuresInRow: endpoint.failuresInRow, restingUntil: null })
    await appendToJournal(
      tx,
      chosen.map((delivery) => replayedEvent(delivery, delivery.version + 1, provenance)),
    )
    return ok({ count: chosen.length, hasMore: found.length > chosen.length })
  })
