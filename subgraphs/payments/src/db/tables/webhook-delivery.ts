import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { webhookEndpoint } from './webhook-endpoint.ts'

export const WEBHOOK_DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'DEAD', 'CANCELLED'] as const

/** An event on its way to one endpoint. What is sent stands in the journal, which never changes. */
export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    tenantId: tenantColumn(),
    id: idColumn('whd').notNull(),
    endpointId: idColumn('whe', 'endpoint_id').notNull(),
    eventId: idColumn('evt', 'event_id').notNull(),
    eventType: text('event_type').notNull(),
    /** The place of the event in the journal: the aggregate that it is about, and its number there. */
    subjectType: text('subject_type').notNull(),
    subjectId: text('subject_id').notNull(),
    subjectVersion: integer('subject_version').notNull(),
    /** In the order of the journal: the deliveries of one subject to one endpoint are made in it. */
    arrival: bigint('arrival', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    status: text('status', { enum: WEBHOOK_DELIVERY_STATUSES }).notNull(),
    /** Tries that were begun. */
    attempts: integer('attempts').notNull(),
    /** Those before the last replay, which grants as many again. */
    attemptsBeforeReplay: integer('attempts_before_replay').notNull(),
    nextAttemptAt: momentColumn('next_attempt_at').notNull(),
    /** Who is trying, and until when nobody else does. */
    claim: uuid('claim'),
    claimedUntil: momentColumn('claimed_until'),
    /** Number of the delivery's own events in the journal. */
    version: integer('version').notNull(),
    createdAt: momentColumn('created_at').notNull(),
    finishedAt: momentColumn('finished_at'),
  },
  (table) => [
    primaryKey({ name: 'webhook_delivery_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('webhook_delivery_once').on(table.tenantId, table.endpointId, table.eventId),
    index('webhook_delivery_due')
      .on(table.tenantId, table.endpointId, table.nextAttemptAt, table.arrival)
      .where(sql`${table.status} = 'PENDING'`),
    index('webhook_delivery_order')
      .on(table.tenantId, table.endpointId, table.subjectType, table.subjectId, table.arrival)
      .where(sql`${table.status} = 'PENDING'`),
    index('webhook_delivery_claimed')
      .on(table.tenantId, table.endpointId, table.claimedUntil)
      .where(sql`${table.status} = 'PENDING' and ${table.claimedUntil} is not null`),
    index('webhook_delivery_of_endpoint').on(table.tenantId, table.endpointId, table.id),
    index('webhook_delivery_by_status').on(table.tenantId, table.status, table.id),
    index('webhook_delivery_of_endpoint_by_status').on(table.tenantId, table.endpointId, table.status, table.id),
    index('webhook_delivery_finished').on(table.finishedAt),
    foreignKey({
      name: 'webhook_delivery_endpoint',
      columns: [table.tenantId, table.endpointId],
      foreignColumns: [webhookEndpoint.tenantId, webhookEndpoint.id],
    }),
    check('webhook_delivery_finished_at', sql`(${table.status} = 'PENDING') = (${table.finishedAt} is null)`),
    check('webhook_delivery_claim_whole', sql`num_nonnulls(${table.claim}, ${table.claimedUntil}) in (0, 2)`),
    tenantPolicy(),
  ],
)

export type WebhookDeliveryRow = typeof webhookDelivery.$inferSelect
