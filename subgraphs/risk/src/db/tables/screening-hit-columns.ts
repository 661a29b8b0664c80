import { sql } from 'drizzle-orm'
import { type AnyPgColumn, boolean, check, integer, numeric, text } from 'drizzle-orm/pg-core'
import { SCREENED_PARTIES } from '../../sanctions/hit.ts'

/** An entry of the list that a name may mean, as the list had it then. */
export const screeningHitColumns = () => ({
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
})

type Columns = Readonly<Record<keyof ReturnType<typeof screeningHitColumns>, AnyPgColumn>>

export const screeningHitChecks = (table: string, { party, score }: Columns) => [
  check(`${table}_party`, sql`${party} in ('SENDER', 'BENEFICIARY')`),
  check(`${table}_score`, sql`${score} between 0 and 1`),
]
