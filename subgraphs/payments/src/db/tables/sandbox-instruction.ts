import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Fault } from '../../rails/sandbox/fault.ts'

/** What the sandbox rail knows: it stands for a system elsewhere, so it refers to nothing of ours. */
export const sandboxInstruction = pgTable(
  'sandbox_instruction',
  {
    tenantId: tenantColumn(),
    id: idColumn('ins').notNull(),
    contentHash: text('content_hash').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    fault: text('fault').$type<Fault>().notNull(),
    declineCode: text('decline_code').notNull(),
    /** Null while every request with it was lost on the way. */
    arrivedAt: momentColumn('arrived_at'),
    cancelledAt: momentColumn('cancelled_at'),
    /** Of its notices, how many were heard. */
    told: integer('told').notNull().default(0),
    /** When the next one is due; null when there is none. */
    nextNoticeAt: momentColumn('next_notice_at'),
  },
  (table) => [
    primaryKey({ name: 'sandbox_instruction_key', columns: [table.tenantId, table.id] }),
    index('sandbox_instruction_due')
      .on(table.tenantId, table.nextNoticeAt, table.id)
      .where(sql`${table.nextNoticeAt} is not null`),
    tenantPolicy(),
  ],
)

export type SandboxInstructionRow = typeof sandboxInstruction.$inferSelect
