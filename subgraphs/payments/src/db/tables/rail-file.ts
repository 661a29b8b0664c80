import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { WrittenMessage } from '../../rails/iso20022/check-instruction.ts'

/** PREPARED: what is in it stands fast. STAGED: it lies ready where nobody takes it. SENT: it was put where the bank takes it. */
export const RAIL_FILE_STATES = ['PREPARED', 'STAGED', 'SENT'] as const

/** The manifest of the files for the bank: a row before there is a file. */
export const railFile = pgTable(
  'rail_file',
  {
    tenantId: tenantColumn(),
    id: idColumn('rfl').notNull(),
    message: text('message').$type<WrittenMessage>().notNull(),
    currency: currencyColumn(),
    initiatingParty: text('initiating_party').notNull(),
    transactions: integer('transactions').notNull(),
    state: text('state', { enum: RAIL_FILE_STATES }).notNull(),
    /** SHA-256 of its bytes, in hex; null before it is staged. */
    digest: text('digest'),
    createdAt: momentColumn('created_at').notNull(),
    sentAt: momentColumn('sent_at'),
  },
  (table) => [
    primaryKey({ name: 'rail_file_key', columns: [table.tenantId, table.id] }),
    index('rail_file_unsent').on(table.tenantId, table.id).where(sql`${table.state} <> 'SENT'`),
    check('rail_file_state_known', sql`${table.state} in ('PREPARED', 'STAGED', 'SENT')`),
    check('rail_file_digest', sql`(${table.state} = 'PREPARED') = (${table.digest} is null)`),
    check('rail_file_sent', sql`(${table.state} = 'SENT') = (${table.sentAt} is not null)`),
    tenantPolicy(),
  ],
)

export type RailFileRow = typeof railFile.$inferSelect
