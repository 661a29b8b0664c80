import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { DECISION_SOURCES, FAILURE_CODES } from '../../domain/decide.ts'
import { PAYMENT_TYPES, type PaymentStatus } from '../../domain/payment.ts'
import { billingAccountRef } from './billing-account-ref.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** A payment and where it stands. `version` is its number of states so far, as in payment_transition and the journal. */
export const payment = pgTable(
  'payment',
  {
    tenantId: tenantColumn(),
    id: idColumn('pay').notNull(),
    type: text('type', { enum: PAYMENT_TYPES }).notNull(),
    status: text('status').$type<PaymentStatus>().notNull(),
    version: integer('version').notNull(),
    /** The owner of the wallet. */
    payerId: idColumn('usr', 'payer_id').notNull(),
    sourceAccountId: idColumn('led', 'source_account_id').notNull(),
    /** The operator's account that the money goes to. */
    clearingAccountId: idColumn('led', 'clearing_account_id').notNull(),
    billingAccountId: idColumn('acc', 'billing_account_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    /** Chosen when the payment is taken on: however often posting is tried, it is this one transfer. */
    transferId: idColumn('tfr', 'transfer_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    decisionSource: text('decision_source', { enum: DECISION_SOURCES }),
    decisionExplanation: jsonb('decision_explanation').$type<Explanation>(),
    failureCode: text('failure_code', { enum: FAILURE_CODES }),
    failureMessage: text('failure_message'),
    createdAt: moment('created_at').notNull(),
    completedAt: moment('completed_at'),
  },
  (table) => [
    primaryKey({ name: 'payment_key', columns: [table.tenantId, table.id] }),
    index('payment_of_payer').on(table.tenantId, table.payerId, table.id),
    index('payment_of_status').on(table.tenantId, table.status, table.id),
    // What the sweeper reads; nearly always empty.
    index('payment_unfinished')
      .on(table.tenantId, table.id)
      .where(sql`${table.status} in ('RISK_PENDING', 'AUTHORISED')`),
    foreignKey({
      name: 'payment_source',
      columns: [table.tenantId, table.sourceAccountId],
      foreignColumns: [ledgerAccount.tenantId, ledgerAccount.id],
    }),
    foreignKey({
      name: 'payment_clearing',
      columns: [table.tenantId, table.clearingAccountId],
      foreignColumns: [ledgerAccount.tenantId, ledgerAccount.id],
    }),
    foreignKey({
      name: 'payment_billing_account',
      columns: [table.tenantId, table.billingAccountId],
      foreignColumns: [billingAccountRef.tenantId, billingAccountRef.id],
    }),
    check(
      'payment_status_known',
      sql`${table.status} in ('RISK_PENDING', 'REVIEW', 'AUTHORISED', 'COMPLETED', 'FAILED')`,
    ),
    check('payment_above_zero', sql`${table.amountMinor} > 0`),
    check('payment_completed_when', sql`(${table.status} = 'COMPLETED') = (${table.completedAt} is not null)`),
    check('payment_failed_why', sql`(${table.status} = 'FAILED') = (${table.failureCode} is not null)`),
    check('payment_decided', sql`(${table.status} = 'RISK_PENDING') = (${table.decisionSource} is null)`),
    tenantPolicy(),
  ],
)

export type PaymentRow = typeof payment.$inferSelect
