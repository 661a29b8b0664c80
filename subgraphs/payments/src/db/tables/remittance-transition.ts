import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { RemittanceStatus } from '../../remittance/remittance.ts'
import { remittance } from './remittance.ts'

/** Every state that a remittance was in. Append-only. */
export const remittanceTransition = pgTable(
  'remittance_transition',
  {
    tenantId: tenantColumn(),
    remittanceId: idColumn('rem', 'remittance_id').notNull(),
    version: integer('version').notNull(),
    status: text('status').$type<RemittanceStatus>().notNull(),
    occurredAt: momentColumn('occurred_at').notNull(),
    actor: text('actor').notNull(),
  },
  (table) => [
    primaryKey({ name: 'remittance_transition_key', columns: [table.tenantId, table.remittanceId, table.version] }),
    foreignKey({
      name: 'remittance_transition_remittance',
      columns: [table.tenantId, table.remittanceId],
      foreignColumns: [remittance.tenantId, remittance.id],
    }),
    tenantPolicy(),
  ],
)

export type RemittanceTransitionRow = typeof remittanceTransition.$inferSelect
