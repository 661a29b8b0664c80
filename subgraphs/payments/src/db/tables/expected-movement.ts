import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, foreignKey, index, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { reconciledAccount } from './reconciled-account.ts'

/** A movement that the books have on a bank account, and that its statements are to show. Only `itemId` changes. */
export const expectedMovement = pgTable(
  'expected_movement',
  {
    tenantId: tenantColumn(),
    id: idColumn('exm').notNull(),
    account: text('account').notNull(),
    /** What it is of, as its maker names it; the same source is expected once. */
    source: text('source').notNull(),
    references: text('references').array().notNull(),
    /** All references in one text, by which one that was expected twice is found. */
    lookup: text('lookup'),
    /** Before the bank's fee; above zero where the account gains. */
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    expectedOn: date('expected_on', { mode: 'string' }).notNull(),
    /** What the bank may take of it at the most. */
    feeMinor: minorColumn('fee_minor'),
    counterparty: text('counterparty'),
    createdAt: momentColumn('created_at').notNull(),
    itemId: idColumn('rci', 'item_id'),
  },
  (table) => [
    primaryKey({ name: 'expected_movement_key', columns: [table.tenantId, table.id] }),
    index('expected_movement_lookup').on(table.tenantId, table.lookup).where(sql`${table.lookup} is not null`),
    uniqueIndex('expected_movement_once').on(table.tenantId, table.account, table.source),
    index('expected_movement_open')
      .on(table.tenantId, table.account, table.expectedOn)
      .where(sql`${table.itemId} is null`),
    foreignKey({
      name: 'expected_movement_account',
      columns: [table.tenantId, table.account],
      foreignColumns: [reconciledAccount.tenantId, reconciledAccount.account],
    }),
    check('expected_movement_moves', sql`${table.amountMinor} <> 0`),
    check('expected_movement_fee', sql`${table.feeMinor} >= 0`),
    tenantPolicy(),
  ],
)
