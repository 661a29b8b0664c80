import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { bigint, char, index, numeric, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'

/** What is reported of one remittance above the threshold, as it was known then. Append-only. */
export const largeTransactionReport = pgTable(
  'large_transaction_report',
  {
    tenantId: tenantColumn(),
    id: idColumn('ltr').notNull(),
    remittanceId: idColumn('rem', 'remittance_id').notNull(),
    assessmentId: idColumn('ras', 'assessment_id').notNull(),
    senderId: idColumn('usr', 'sender_id').notNull(),
    /** Null where risk knew no such user. */
    senderName: text('sender_name'),
    beneficiaryName: text('beneficiary_name').notNull(),
    beneficiaryCountry: char('beneficiary_country', { length: 2 }).notNull(),
    /** Of this and what else may be null: reports of a time before it was reported have none. */
    bankCountry: char('bank_country', { length: 2 }),
    bic: text('bic'),
    clearingMember: text('clearing_member'),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    usdEquivalent: numeric('usd_equivalent').notNull(),
    deliveredMinor: bigint('delivered_minor', { mode: 'bigint' }),
    deliveredCurrency: char('delivered_currency', { length: 3 }).$type<CurrencyCode>(),
    customerRate: numeric('customer_rate'),
    purpose: text('purpose').notNull(),
    sourceOfFunds: text('source_of_funds').notNull(),
    remittanceCreatedAt: momentColumn('remittance_created_at').notNull(),
    reportedAt: momentColumn('reported_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'large_transaction_report_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('large_transaction_report_of_remittance').on(table.tenantId, table.remittanceId),
    index('large_transaction_report_newest').on(table.tenantId, table.reportedAt, table.id),
    tenantPolicy(),
  ],
)

export type LargeTransactionReportRow = typeof largeTransactionReport.$inferSelect
