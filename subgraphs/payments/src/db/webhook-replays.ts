import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, gte, lt, ne, sql } from 'drizzle-orm'
import { type WebhookDeliveryRow, webhookDelivery } from './tables/webhook-delivery.ts'

/** Which deliveries of an endpoint: these, or the dead ones that were created in a time. */
export type ReplayChoice =
  | { readonly ids: readonly Id<'whd'>[] }
  | { readonly from: Date; readonly to: Date; readonly limit: number }

/** Locks the chosen deliveries of an endpoint that are not pending, in the order in which their events happened. */
export const lockFinished = (tx: Tx, endpointId: Id<'whe'>, choice: ReplayChoice): Promise<WebhookDeliveryRow[]> => {
  const isChosen =
    'ids' in choice
      ? sql`${webhookDelivery.id} = any(${sql.param(choice.ids.map(toUuid))}::text[]::uuid[])`
      : and(
          eq(webhookDelivery.status, 'DEAD'),
          gte(webhookDelivery.createdAt, choice.from),
          lt(webhookDelivery.createdAt, choice.to),
        )
  const chosen = tx
    .select()
    .from(webhookDelivery)
    .where(and(eq(webhookDelivery.endpointId, endpointId), ne(webhookDelivery.status, 'PENDING'), isChosen))
    .orderBy(asc(webhookDelivery.id))
  return 'ids' in choice ? chosen.for('no key update') : chosen.limit(choice.limit).for('no key update')
}

/** Makes deliveries pending again, with as many tries as a new one has. */
export async function reopenDeliveries(tx: Tx, ids: readonly Id<'whd'>[], now: Date): Promise<void> {
  await tx
    .update(webhookDelivery)
    .set({
      status: 'PENDING',
      attemptsBeforeReplay: webhookDelivery.attempts,
      nextAttemptAt: now,
      finishedAt: null,
      version: sql`${webhookDelivery.version} + 1`,
    })
    .where(sql`${webhookDelivery.id} = any(${sql.param(ids.map(toUuid))}::text[]::uuid[])`)
}
