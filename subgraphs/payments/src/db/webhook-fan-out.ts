import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { pruneBefore } from '@carriergraph/shared/db/prune.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { type SQL, sql } from 'drizzle-orm'
import { type WebhookDeliveryRow, webhookDelivery } from './tables/webhook-delivery.ts'

/** Rows of one statement: each takes fourteen of the 65,535 parameters that one may have. */
const INSERT_ROWS_MAX = 1_000
/** Rows that are given up in one statement: it must stay short. */
const CANCEL_ROWS_MAX = 1_000
/** Statements in one call; what is left is for the next one. */
const CANCEL_STATEMENTS_MAX = 100

export type NewDelivery = Pick<
  WebhookDeliveryRow,
  | 'tenantId'
  | 'id'
  | 'endpointId'
  | 'eventId'
  | 'eventType'
  | 'subjectType'
  | 'subjectId'
  | 'subjectVersion'
  | 'createdAt'
>

/** Stores deliveries in the given order; those that are there already stay as they are. Through the system's handle. */
export async function insertDeliveries(system: Db, deliveries: readonly NewDelivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += INSERT_ROWS_MAX)
    await system
      .insert(webhookDelivery)
      .values(
        deliveries.slice(from, from + INSERT_ROWS_MAX).map((delivery) => ({
          ...delivery,
          status: 'PENDING' as const,
          attempts: 0,
          attemptsBeforeReplay: 0,
          nextAttemptAt: delivery.createdAt,
          version: 0,
        })),
      )
      .onConflictDoNothing({
        target: [webhookDelivery.tenantId, webhookDelivery.endpointId, webhookDelivery.eventId],
      })
}

/** Gives up what waits for an endpoint that was deleted, and what has waited since before `eldest`. @returns how many */
export const cancelUnsendable = (system: Db, eldest: Date, now: Date): Promise<number> =>
  cancelWaiting(system, sql`e.status = 'DELETED' or d.created_at < ${eldest.toISOString()}`, now)

/** Gives up what waits for an endpoint. What is just being tried is left to whoever tries it. */
export const cancelDeliveriesTo = (tx: Tx, endpointId: Id<'whe'>, now: Date): Promise<number> =>
  cancelWaiting(
    tx,
    sql`e.id = ${toUuid(endpointId)} and (d.claimed_until is null or d.claimed_until <= ${now.toISOString()})`,
    now,
  )

async function cancelWaiting(db: Db, which: SQL, now: Date): Promise<number> {
  let cancelled = 0
  for (let statement = 1; statement <= CANCEL_STATEMENTS_MAX; statement += 1) {
    const { count } = await db.execute(sql`
      update webhook_delivery
      set status = 'CANCELLED', finished_at = ${now.toISOString()}, claim = null, claimed_until = null
      where ctid = any (array(
        select d.ctid from webhook_delivery d
        join webhook_endpoint e on e.tenant_id = d.tenant_id and e.id = d.endpoint_id
        where d.status = 'PENDING' and (${which})
        limit ${CANCEL_ROWS_MAX} for update of d skip locked)) and status = 'PENDING'`)
    cancelled += count
    if (count < CANCEL_ROWS_MAX) break
  }
  return cancelled
}

/** Forgets what was finished before `eldest`, its attempts included. */
export const pruneDeliveries = (system: Db, eldest: Date): Promise<void> =>
  pruneBefore(system, webhookDelivery.finishedAt, eldest)
