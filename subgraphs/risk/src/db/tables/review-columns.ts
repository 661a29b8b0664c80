import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { sql } from 'drizzle-orm'
import { type AnyPgColumn, check, text } from 'drizzle-orm/pg-core'
import { REVIEW_DECISIONS, type ReviewDecision } from '../../domain/review.ts'

/** Since when something waits for a person, and how that has ended. */
export const reviewColumns = () => ({
  heldAt: momentColumn('held_at').notNull(),
  decision: text('decision', { enum: REVIEW_DECISIONS }),
  reason: text('reason'),
  /** Id of the user or service that decided. */
  decidedBy: text('decided_by'),
  decidedAt: momentColumn('decided_at'),
  /** When what waits was cancelled. */
  withdrawnAt: momentColumn('withdrawn_at'),
})

type Columns = Readonly<Record<keyof ReturnType<typeof reviewColumns>, AnyPgColumn>>

/** Nobody has decided yet, and somebody may. */
export const isOpen = ({ decision, withdrawnAt }: Columns) => sql`${decision} is null and ${withdrawnAt} is null`

/** A decision is a known one, with who made it, when and why, or there is none. */
export const reviewChecks = (table: string, { decision, reason, decidedBy, decidedAt }: Columns) => [
  check(`${table}_decision_known`, sql`${decision} in ('APPROVE', 'DECLINE')`),
  check(`${table}_decided_whole`, sql`num_nulls(${decision}, ${reason}, ${decidedBy}, ${decidedAt}) in (0, 4)`),
]

/** What is stored of a decision. */
export type StoredDecision = {
  readonly decision: ReviewDecision
  readonly reason: string
  readonly decidedBy: string
  readonly decidedAt: Date
}
