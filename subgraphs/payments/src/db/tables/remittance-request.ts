import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { AdmissionCode } from '../../remittance/admit.ts'
import { remittance } from './remittance.ts'

/**
 * The first answer that a client got under its idempotency key: the remittance that was taken on, or the refusal.
 * Append-only. Keys are the caller's own, so that nobody can find out another's by trying.
 */
export const remittanceRequest = pgTable(
  'remittance_request',
  {
    tenantId: tenantColumn(),
    /** Id of the user or service that sent it. */
    requestedBy: text('requested_by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** SHA-256 in hex over what was asked for; another one under the same key is IDEMPOTENCY_KEY_REUSED. */
    requestHash: text('request_hash').notNull(),
    remittanceId: idColumn('rem', 'remittance_id'),
    refusalCode: text('refusal_code').$type<AdmissionCode>(),
    refusalMessage: text('refusal_message'),
    refusalField: text('refusal_field').array(),
    requestedAt: momentColumn('requested_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'remittance_request_key',
      columns: [table.tenantId, table.requestedBy, table.idempotencyKey],
    }),
    foreignKey({
      name: 'remittance_request_remittance',
      columns: [table.tenantId, table.remittanceId],
      foreignColumns: [remittance.tenantId, remittance.id],
    }),
    check('remittance_request_one_answer', sql`num_nonnulls(${table.remittanceId}, ${table.refusalCode}) = 1`),
    tenantPolicy(),
  ],
)
