import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { EventData } from '@carriergraph/shared/journal/event-columns.ts'
import { journal } from '@carriergraph/shared/journal/table.ts'
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { type WebhookAttemptRow, webhookAttempt } from './tables/webhook-attempt.ts'
import { type WebhookDeliveryRow, webhookDelivery } from './tables/webhook-delivery.ts'
import { type WebhookEndpointRow, webhookEndpoint } from './tables/webhook-endpoint.ts'

/** What a delivery brings. */
export type DeliveredEvent = { readonly data: EventData; readonly occurredAt: Date; readonly correlationId: string }

/** A delivery that is this process's to try, and where it goes. */
export type ClaimedDelivery = {
  readonly delivery: WebhookDeliveryRow
  readonly endpoint: WebhookEndpointRow
  /** Null where it is not in the journal: somebody removed it, or the database was put back to an earlier day in part. */
  readonly event: DeliveredEvent | null
}

export type ClaimOptions = {
  readonly claim: string
  readonly now: Date
  readonly until: Date
  readonly limit: number
  /** Tries of one endpoint at one time, of all processes. Two that claim at once may exceed it for a moment. */
  readonly ofEndpointMax: number
}

/**
 * Takes deliveries that are due, in turn of each tenant its next, so that what one has much of holds up no other; of a tenant's
 * those that wait longest first. Counts the try before it is made: a delivery that kills its process is not tried for ever. Rows that another process is just taking are passed over. A delivery waits
 * while an earlier one of its subject to the same endpoint is pending.
 * @param system the handle that sees every tenant
 */
export async function claimDeliveries(system: Db, options: ClaimOptions): Promise<ClaimedDelivery[]> {
  const { claim, limit, ofEndpointMax } = options
  const now = sql`${options.now.toISOString()}::timestamptz`
  const taken = await system.execute<{ id: string }>(sql`
    update webhook_delivery d
    set claim = ${claim}::uuid, claimed_until = ${options.until.toISOString()}::timestamptz, attempts = d.attempts + 1
    from (
      select due.tenant_id, due.id
      from (
        select e.*, h.in_hand, sum(h.in_hand) over (partition by e.tenant_id) as of_tenant
        from webhook_endpoint e
        cross join lateral (
          select count(*) as in_hand from webhook_delivery f
          where f.tenant_id = e.tenant_id and f.endpoint_id = e.id and f.status = 'PENDING' and f.claimed_until > ${now}
        ) h
        where e.status = 'ACTIVE'
      ) e
      cross join lateral (
        select c.tenant_id, c.id, c.next_attempt_at, c.arrival
        from webhook_delivery c
        where c.tenant_id = e.tenant_id and c.endpoint_id = e.id and c.status = 'PENDING'
          and c.next_attempt_at <= ${now} and (c.claimed_until is null or c.claimed_until <= ${now})
          and not exists (
            select from webhook_delivery b
            where b.tenant_id = c.tenant_id and b.endpoint_id = c.endpoint_id and b.status = 'PENDING'
              and b.subject_type = c.subject_type and b.subject_id = c.subject_id and b.arrival < c.arrival)
        order by c.next_attempt_at, c.arrival
        limit greatest(0, ${ofEndpointMax} - e.in_hand)
        for update of c skip locked
      ) due
      where e.resting_until is null or e.resting_until <= ${now}
      order by
        e.of_tenant + row_number() over (partition by due.tenant_id order by due.next_attempt_at, due.arrival),
        due.next_attempt_at, due.arrival
      limit ${limit}
    ) picked
    where d.tenant_id = picked.tenant_id and d.id = picked.id
    returning d.id`)
  if (taken.length === 0) return []
  const { data, occurredAt, correlationId } = getTableColumns(journal)
  return system
    .select({ delivery: webhookDelivery, endpoint: webhookEndpoint, event: { data, occurredAt, correlationId } })
    .from(webhookDelivery)
    .innerJoin(
      webhookEndpoint,
      and(eq(webhookEndpoint.tenantId, webhookDelivery.tenantId), eq(webhookEndpoint.id, webhookDelivery.endpointId)),
    )
    .leftJoin(
      journal,
      and(
        eq(journal.tenantId, webhookDelivery.tenantId),
        eq(journal.aggregateType, webhookDelivery.subjectType),
        eq(journal.aggregateId, webhookDelivery.subjectId),
        eq(journal.version, webhookDelivery.subjectVersion),
      ),
    )
    .where(
      and(
        eq(webhookDelivery.claim, claim),
        sql`${webhookDelivery.id} = any(${sql.param(taken.map(({ id }) => id))}::text[]::uuid[])`,
      ),
    )
}

/** Locks a delivery for its result. Undefined where the claim has run out and somebody else has it, or it is done with. */
export async function lockClaimed(tx: Tx, id: Id<'whd'>, claim: string): Promise<WebhookDeliveryRow | undefined> {
  const [row] = await tx
    .select()
    .from(webhookDelivery)
    .where(and(eq(webhookDelivery.id, id), eq(webhookDelivery.claim, claim), eq(webhookDelivery.status, 'PENDING')))
    .for('no key update')
  return row
}

export async function insertWebhookAttempt(tx: Tx, attempt: Omit<WebhookAttemptRow, 'tenantId'>): Promise<void> {
  await tx.insert(webhookAttempt).values(attempt)
}

/** Gives the claim back with what became of the delivery. */
export async function releaseDelivery(
  tx: Tx,
  id: Id<'whd'>,
  change: Pick<WebhookDeliveryRow, 'status' | 'nextAttemptAt' | 'finishedAt' | 'version'>,
): Promise<void> {
  await tx
    .update(webhookDelivery)
    .set({ ...change, claim: null, claimedUntil: null })
    .where(eq(webhookDelivery.id, id))
}
