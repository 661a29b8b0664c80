import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, numeric, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { USAGE_TYPES } from '../../domain/usage.ts'
import { balanceEntries } from './balance-entries.ts'

/**
 * Charged usage, append-only. Carries the rate that it was charged by, so that its explanation stays true when the
 * tariff changes.
 */
export const usageRecords = pgTable(
  'usage_record',
  {
    tenantId: tenantColumn(),
    id: idColumn('use', 'id').notNull(),
    recordId: text('record_id').notNull(),
    accountId: idColumn('acc', 'account_id').notNull(),
    /** Of the balance entry that charged it. */
    entrySequence: bigint('entry_sequence', { mode: 'bigint' }).notNull(),
    usageType: text('usage_type', { enum: USAGE_TYPES }).notNull(),
    quantity: bigint('quantity', { mode: 'number' }).notNull(),
    startedAt: momentColumn('started_at').notNull(),
    // No foreign key: every row would lock the tariff's, which all charging shares, and the rate is copied anyway.
    tariffId: idColumn('trf', 'tariff_id').notNull(),
    blockSize: bigint('block_size', { mode: 'number' }).notNull(),
    pricePerBlock: numeric('price_per_block', { precision: 18, scale: 8 }).notNull(),
    currency: currencyColumn(),
    chargeMinor: minorColumn('charge_minor'),
    balanceAfterMinor: minorColumn('balance_after_minor'),
    chargedAt: momentColumn('charged_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique(RECORD_ID_UNIQUE).on(table.tenantId, table.recordId),
    // Newest first is the order of the entries: it is the account's own and has no ties.
    unique('usage_record_entry').on(table.tenantId, table.accountId, table.entrySequence),
    foreignKey({
      columns: [table.tenantId, table.accountId, table.entrySequence],
      foreignColumns: [balanceEntries.tenantId, balanceEntries.accountId, balanceEntries.sequence],
    }),
    check('usage_record_record_id', sql`char_length(${table.recordId}) between 1 and 128`),
    check('usage_record_usage_type', sql`${table.usageType} in ('VOICE', 'DATA', 'SMS')`),
    check('usage_record_quantity', sql`${table.quantity} between 0 and 9007199254740991`),
    check('usage_record_charge', sql`${table.chargeMinor} >= 0`),
  ],
)

/** The same record sent twice at once, to two accounts, meets here. */
export const RECORD_ID_UNIQUE = 'usage_record_record_id_unique'
