import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { boolean, check, integer, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { SCREENED_PARTIES } from '../../sanctions/hit.ts'

/** An entry of the list that a name of a remittance may mean, as the list had it then. Append-only. */
export const screeningHit = pgTable(
  'screening_hit',
  {
    tenantId: tenantColumn(),
    assessmentId: idColumn('ras', 'assessment_id').notNull(),
    party: text('party', { enum: SCREENED_PARTIES }).notNull(),
    /** 0 is most alike. */
    rank: integer('rank').notNull(),
    screenedName: text('screened_name').notNull(),
    entryId: text('entry_id').notNull(),
    entryName: text('entry_name').notNull(),
    matchedName: text('matched_name').notNull(),
    program: text('program').notNull(),
    score: numeric('score', { precision: 4, scale: 3 }).notNull(),
    isExact: boolean('is_exact').notNull(),
  },
  (table) => [
    primaryKey({ name: 'screening_hit_key', columns: [table.tenantId, table.assessmentId, table.party, table.rank] }),
    check('screening_hit_party', sql`${table.party} in ('SENDER', 'BENEFICIARY')`),
    check('screening_hit_score', sql`${table.score} between 0 and 1`),
    tenantPolicy(),
  ],
)

export type ScreeningHitRow = typeof screeningHit.$inferSelect
