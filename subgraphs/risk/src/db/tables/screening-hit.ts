import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { screeningHitChecks, screeningHitColumns } from './screening-hit-columns.ts'

/** What a name of a remittance is like. Append-only. */
export const screeningHit = pgTable(
  'screening_hit',
  {
    tenantId: tenantColumn(),
    assessmentId: idColumn('ras', 'assessment_id').notNull(),
    ...screeningHitColumns(),
  },
  (table) => [
    primaryKey({ name: 'screening_hit_key', columns: [table.tenantId, table.assessmentId, table.party, table.rank] }),
    ...screeningHitChecks('screening_hit', table),
    tenantPolicy(),
  ],
)

export type ScreeningHitRow = typeof screeningHit.$inferSelect
