import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { ledgerAccount } from './ledger-account.ts'

/**
 * Money that moved from one account to another. Append-only. The id is chosen before it is posted, so that posting the
 * same transfer again meets the primary key.
 */
export const transfer = pgTable(
  'transfer',
  {
    tenantId: tenantColumn(),
    id: idColumn('tfr').notNull(),
    sourceId: idColumn('led', 'source_id').notNull(),
    destinationId: idColumn('led', 'destination_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    /** What it was made for: a payment's id, or a name. */
    reference: text('reference').notNull(),
    postedAt: timestamp('posted_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'transfer_key', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'transfer_source',
      columns: [table.tenantId, table.sourceId],
      foreignColumns: [ledgerAccount.tenantId, ledgerAccount.id],
    }),
    foreignKey({
      name: 'transfer_destination',
      columns: [table.tenantId, table.destinationId],
      foreignColumns: [ledgerAccount.tenantId, ledgerAccount.id],
    }),
    check('transfer_above_zero', sql`${table.amountMinor} > 0`),
    check('transfer_between_two', sql`${table.sourceId} <> ${table.destinationId}`),
    tenantPolicy(),
  ],
)
