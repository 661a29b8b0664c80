import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { WebhookEventType } from '../../webhooks/event-types.ts'
import { bytesColumn } from '../bytes-column.ts'
import { vaultDataKey } from './vault-data-key.ts'

export const WEBHOOK_ENDPOINT_STATUSES = ['ACTIVE', 'PAUSED', 'DELETED'] as const
/** Who stopped deliveries: a person; a receiver that answered 410; or we, when nothing got through any more. */
export const WEBHOOK_PAUSE_REASONS = ['OPERATOR', 'GONE', 'FAILING'] as const

/** Where events are sent to. Its secrets are here encrypted under a data key of the tenant, and gone when it is deleted. */
export const webhookEndpoint = pgTable(
  'webhook_endpoint',
  {
    tenantId: tenantColumn(),
    id: idColumn('whe').notNull(),
    url: text('url').notNull(),
    description: text('description'),
    eventTypes: text('event_types').array().notNull().$type<WebhookEventType[]>(),
    status: text('status', { enum: WEBHOOK_ENDPOINT_STATUSES }).notNull(),
    pauseReason: text('pause_reason', { enum: WEBHOOK_PAUSE_REASONS }),
    /** Number of the endpoint's events in the journal. */
    version: integer('version').notNull(),
    dataKeyId: idColumn('vdk', 'data_key_id'),
    sealedSecret: bytesColumn('sealed_secret'),
    /** The secret before the last rotation, with which deliveries are signed as well until then. */
    previousDataKeyId: idColumn('vdk', 'previous_data_key_id'),
    previousSealedSecret: bytesColumn('previous_sealed_secret'),
    previousSecretUntil: momentColumn('previous_secret_until'),
    /** Tries that failed since the last that did not. */
    failuresInRow: integer('failures_in_row').notNull().default(0),
    /** Nothing is sent before that. */
    restingUntil: momentColumn('resting_until'),
    createdAt: momentColumn('created_at').notNull(),
    deletedAt: momentColumn('deleted_at'),
  },
  (table) => [
    primaryKey({ name: 'webhook_endpoint_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('webhook_endpoint_url').on(table.tenantId, table.url).where(sql`${table.status} <> 'DELETED'`),
    foreignKey({
      name: 'webhook_endpoint_data_key',
      columns: [table.tenantId, table.dataKeyId],
      foreignColumns: [vaultDataKey.tenantId, vaultDataKey.id],
    }),
    foreignKey({
      name: 'webhook_endpoint_previous_data_key',
      columns: [table.tenantId, table.previousDataKeyId],
      foreignColumns: [vaultDataKey.tenantId, vaultDataKey.id],
    }),
    check(
      'webhook_endpoint_paused_for_a_reason',
      sql`(${table.status} = 'PAUSED') = (${table.pauseReason} is not null)`,
    ),
    check(
      'webhook_endpoint_secret_until_deleted',
      sql`num_nonnulls(${table.dataKeyId}, ${table.sealedSecret}) = case when ${table.status} = 'DELETED' then 0 else 2 end`,
    ),
    check(
      'webhook_endpoint_previous_secret_whole',
      sql`num_nonnulls(${table.previousDataKeyId}, ${table.previousSealedSecret}, ${table.previousSecretUntil}) in (0, 3)`,
    ),
    check('webhook_endpoint_deleted_at', sql`(${table.status} = 'DELETED') = (${table.deletedAt} is not null)`),
    tenantPolicy(),
  ],
)

export type WebhookEndpointRow = typeof webhookEndpoint.$inferSelect
