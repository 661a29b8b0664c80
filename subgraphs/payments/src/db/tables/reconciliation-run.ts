import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, foreignKey, integer, numeric, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { MATCH_STATUSES } from '../../reconciliation/matching/result.ts'
import { reconciledAccount } from './reconciled-account.ts'

/** The reconciliation of a bank account for a day. */
export const reconciliationRun = pgTable(
  'reconciliation_run',
  {
    tenantId: tenantColumn(),
    id: idColumn('rcr').notNull(),
    account: text('account').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    /** Number of its events in the journal. */
    version: integer('version').notNull(),
    /** How often something new was found for the day. */
    revision: integer('revision').notNull(),
    completedAt: momentColumn('completed_at').notNull(),
    /** `imports` of its account when it was last run: with more, it is run again. */
    seenImports: integer('seen_imports').notNull(),
  },
  (table) => [
    primaryKey({ name: 'reconciliation_run_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('reconciliation_run_once').on(table.tenantId, table.account, table.day),
    foreignKey({
      name: 'reconciliation_run_account',
      columns: [table.tenantId, table.account],
      foreignColumns: [reconciledAccount.tenantId, reconciledAccount.account],
    }),
    tenantPolicy(),
  ],
)

/** What a run found when it was last completed, added up by status and currency. */
export const reconciliationTotal = pgTable(
  'reconciliation_total',
  {
    tenantId: tenantColumn(),
    runId: idColumn('rcr', 'run_id').notNull(),
    status: text('status', { enum: MATCH_STATUSES }).notNull(),
    currency: currencyColumn(),
    items: integer('items').notNull(),
    lines: integer('lines').notNull(),
    expected: integer('expected').notNull(),
    /** Of a day of any size: more digits than one amount may have. */
    linesMinor: numeric('lines_minor', { mode: 'bigint' }).notNull(),
    expectedMinor: numeric('expected_minor', { mode: 'bigint' }).notNull(),
    feeMinor: numeric('fee_minor', { mode: 'bigint' }).notNull(),
    differenceMinor: numeric('difference_minor', { mode: 'bigint' }).notNull(),
  },
  (table) => [
    primaryKey({
      name: 'reconciliation_total_key',
      columns: [table.tenantId, table.runId, table.status, table.currency],
    }),
    foreignKey({
      name: 'reconciliation_total_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [reconciliationRun.tenantId, reconciliationRun.id],
    }),
    check('reconciliation_total_items', sql`${table.items} > 0`),
    tenantPolicy(),
  ],
)
