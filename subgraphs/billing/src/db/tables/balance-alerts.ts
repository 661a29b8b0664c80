import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { BALANCE_ALERT_KINDS } from '../../domain/alerts.ts'
import { balanceEntries } from './balance-entries.ts'

/** Alerts as they were raised; the amounts are what the rule looked at then. */
export const balanceAlerts = pgTable(
  'balance_alert',
  {
    tenantId: tenantColumn(),
    id: idColumn('alt', 'id').notNull(),
    accountId: idColumn('acc', 'account_id').notNull(),
    /** Of the balance entry that crossed the line. */
    entrySequence: bigint('entry_sequence', { mode: 'bigint' }).notNull(),
    kind: text('kind', { enum: BALANCE_ALERT_KINDS }).notNull(),
    balanceMinor: minorColumn('balance_minor'),
    creditLimitMinor: minorColumn('credit_limit_minor'),
    /** Available amount that draws the line. */
    thresholdMinor: minorColumn('threshold_minor'),
    raisedAt: momentColumn('raised_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('balance_alert_entry').on(table.tenantId, table.accountId, table.entrySequence, table.kind),
    index('balance_alert_newest_of_account').on(table.tenantId, table.accountId, table.entrySequence, table.id),
    foreignKey({
      columns: [table.tenantId, table.accountId, table.entrySequence],
      foreignColumns: [balanceEntries.tenantId, balanceEntries.accountId, balanceEntries.sequence],
    }),
    check('balance_alert_kind', sql`${table.kind} in ('LOW_BALANCE', 'EXHAUSTED')`),
  ],
)
