import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { integer, jsonb, text } from 'drizzle-orm/pg-core'
import type { ScreeningReason } from '../../compliance/reason.ts'
import type { StoredHit } from '../../sanctions/hit.ts'

/** What a later sanctions list finds of what was assessed. It is written once and read whole, so the hits stand in it. */
export const rescreeningColumns = () => ({
  sanctionsVersion: integer('sanctions_version').notNull(),
  reasons: jsonb('reasons').notNull().$type<readonly ScreeningReason[]>(),
  hits: jsonb('hits').notNull().$type<readonly StoredHit[]>(),
  /** Id of the user or service that wanted to approve it. */
  screenedFor: text('screened_for').notNull(),
  screenedAt: momentColumn('screened_at').notNull(),
})
