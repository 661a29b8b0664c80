import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq } from 'drizzle-orm'
import { webhookAttempt } from './tables/webhook-attempt.ts'
import { type WebhookDeliveryRow, webhookDelivery } from './tables/webhook-delivery.ts'

export type WebhookDelivery = Omit<WebhookDeliveryRow, 'tenantId' | 'claim' | 'claimedUntil'>

const toWebhookDelivery = ({ tenantId, claim, claimedUntil, ...row }: WebhookDeliveryRow): WebhookDelivery => row

const deliveriesByIds = preparedFor((db) =>
  db.select().from(webhookDelivery).where(amongIds(webhookDelivery.id)).prepare('webhook deliveries by id'),
)

/** Those that exist, in any order. */
export async function findWebhookDeliveries(db: Db, ids: readonly Id<'whd'>[]): Promise<WebhookDelivery[]> {
  return (await deliveriesByIds(db).execute({ ids: ids.map(toUuid) })).map(toWebhookDelivery)
}

export const newestWebhookDeliveries = ordering({
  name: 'webhookDeliveries by newest',
  direction: 'desc',
  by: { id: webhookDelivery.id },
})

/** Not prepared: each set of filters is another statement, and each has its index. */
export async function listWebhookDeliveries(
  db: Db,
  page: Page<typeof newestWebhookDeliveries.by>,
  {
    endpointId,
    status,
  }: { readonly endpointId: Id<'whe'> | undefined; readonly status: WebhookDeliveryRow['status'] | undefined },
): Promise<Connection<WebhookDelivery>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(webhookDelivery)
    .where(
      and(
        where,
        endpointId && eq(webhookDelivery.endpointId, endpointId),
        status && eq(webhookDelivery.status, status),
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toWebhookDelivery), page)
}

export const newestWebhookAttempts = ordering({
  name: 'WebhookDelivery.attempts by newest',
  direction: 'desc',
  by: { number: webhookAttempt.number },
})

export const attemptsOfDeliveries = pagesByParent(
  newestWebhookAttempts,
  webhookAttempt.deliveryId,
  (db, { where, orderBy, limit }) =>
    db
      .select()
      .from(webhookAttempt)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
)
