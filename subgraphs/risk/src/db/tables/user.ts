import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { KYC_STATUSES } from '../../domain/kyc.ts'
import type { Role } from '../../domain/registration.ts'

/** A person or organisation; the other subgraphs know the id alone. */
export const user = pgTable(
  'user',
  {
    tenantId: tenantColumn(),
    id: idColumn('usr').notNull(),
    displayName: text('display_name').notNull(),
    roles: text('roles').array().notNull().$type<Role[]>(),
    kycStatus: text('kyc_status', { enum: KYC_STATUSES }).notNull(),
    /** Number of the user's last event in the journal. */
    version: integer('version').notNull(),
    /** Who registered the user, under which key and with which request (SHA-256 in hex). */
    registeredBy: text('registered_by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    requestHash: text('request_hash').notNull(),
    createdAt: momentColumn('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'user_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('user_idempotency').on(table.tenantId, table.registeredBy, table.idempotencyKey),
    index('user_newest').on(table.tenantId, table.createdAt, table.id),
    check('user_kyc_status_known', sql`${table.kycStatus} in ('PENDING', 'VERIFIED', 'REJECTED')`),
    tenantPolicy(),
  ],
)

export type UserRow = typeof user.$inferSelect
